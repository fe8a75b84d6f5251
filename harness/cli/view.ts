/** `whitewater view`: the trace as a picture, in one HTML file. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { shellWord } from '../report/failure.ts';
import { explanationOf } from '../report/promises.ts';
import { tell } from '../report/story.ts';
import { UserError } from '../trace/user-error.ts';
import type { ViewerOther } from '../view/data.ts';
import { viewerHtml } from '../view/html.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { traceAt } from './input.ts';
import type { Io } from './io.ts';
import type { Request } from './request.ts';
import { outOf } from './request.ts';
import { viewerOrders } from './view-orders.ts';

/** The file to write: what `--out` names, in it when it is a folder, else beside other results. */
function targetOf(request: Request, trace: string): string {
  const { given } = request;
  const stem = basename(trace, extname(trace));
  const name = stem === 'trace' ? basename(dirname(resolve(trace))) : stem;
  if (given.out === undefined) return join(outOf(given), `${name}.html`);
  return extname(given.out) === '.html' ? given.out : join(given.out, `${name}.html`);
}

function write(file: string, text: string): void {
  try {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  } catch (cause) {
    const remedy = 'Name another file or folder with --out';
    throw new UserError('the page cannot be written', { file, remedy, cause });
  }
}

const openers: { readonly [platform: string]: readonly string[] } = {
  darwin: ['open'],
  win32: ['cmd', '/c', 'start', ''],
};

/** The trace's name on the page, which may travel: nothing of the reader's folders above here. */
function nameOf(trace: string): string {
  const name = relative('.', trace);
  return name.startsWith('..') ? basename(trace) : name;
}

/** Opens the page where somebody sits in front of it. A failure to do so is not an error. */
function open(file: string, io: Io): void {
  const isWatched = io.outIsTerminal && io.env['CI'] === undefined;
  const hasScreen =
    process.platform in openers ||
    io.env['DISPLAY'] !== undefined ||
    io.env['WAYLAND_DISPLAY'] !== undefined;
  if (!isWatched || !hasScreen) return;
  const [command = 'xdg-open', ...first] = openers[process.platform] ?? ['xdg-open'];
  const child = spawn(command, [...first, resolve(file)], { stdio: 'ignore', detached: true });
  child.on('error', () => io.err(`no browser could be started; open ${file} yourself\n`));
  child.unref();
}

/** The trace to compare with. */
async function otherOf(path: string | undefined): Promise<ViewerOther | null> {
  if (path === undefined) return null;
  const { records, path: file } = await traceAt(path);
  return { name: nameOf(file), records };
}

/** Writes the page and, at a terminal, opens it. */
export async function viewCommand(request: Request): Promise<ExitCode> {
  const { given, io, args } = request;
  const { records, header, path } = await traceAt(args[0] ?? '');
  const story = tell(records);
  const rule = story.invariant === null ? null : (explanationOf(story.invariant) ?? null);
  const name = nameOf(path);
  const isSimulated = header.adapter === 'memory';
  const replay = isSimulated ? `npx whitewater replay ${shellWord(name)}` : null;
  const file = targetOf(request, path);
  const all = given.all === true;
  const other = await otherOf(given.compare);
  const orders = viewerOrders(records, () => io.now());
  const html = viewerHtml({ records, story, name, rule, replay, other, orders, all });
  write(file, html);
  if (given.json === true) {
    io.out(`${JSON.stringify({ viewer: file, bytes: html.length, records: records.length })}\n`);
  } else {
    io.out(`${file}\n`);
  }
  if (given.open !== false) open(file, io);
  return exits.ok;
}
