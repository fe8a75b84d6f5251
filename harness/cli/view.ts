/** `whitewater view`: the trace as a picture, in one HTML file. */
import { spawn } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, extname, join, relative, resolve } from 'node:path';
import { shellWord } from '../report/failure.ts';
import { explanationOf } from '../report/promises.ts';
import { tell } from '../report/story.ts';
import { UserError } from '../trace/user-error.ts';
import type { Trace } from '../trace/read.ts';
import type { TraceRecord } from '../trace/record.ts';
import type { ViewerOther, ViewerWindow } from '../view/data.ts';
import { viewerHtml } from '../view/html.ts';
import type { Redactor } from '../view/redact.ts';
import { redactor } from '../view/redact.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import type { Io } from './io.ts';
import type { Passage } from './passage.ts';
import { passageOf } from './passage.ts';
import type { Given, Request } from './request.ts';
import { outOf } from './request.ts';
import { viewerOrders } from './view-orders.ts';
import { redactedTrace } from './view-redact.ts';

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

interface Reading {
  readonly passage: Passage;
  readonly by: Redactor | null;
}

/** Reads a trace, without its data where that is asked for. */
async function read(
  path: string,
  { passage, by }: Reading,
): Promise<Trace & { readonly path: string }> {
  const trace = await passage.read(path);
  return by === null ? trace : redactedTrace(trace, by);
}

/** The trace to compare with. */
async function otherOf(path: string | undefined, how: Reading): Promise<ViewerOther | null> {
  if (path === undefined) return null;
  const { records, path: file } = await read(path, how);
  return { name: nameOf(file), records };
}

/** The part of the run that is asked for. Throws a `UserError` when nothing happened in it. */
function windowOf(given: Given, records: readonly TraceRecord[]): ViewerWindow | null {
  if (given.from === undefined && given.until === undefined) return null;
  const from = (given.from ?? 0) * 1000;
  const until = given.until === undefined ? Infinity : given.until * 1000;
  if (records.some(({ at }) => at >= from && at <= until)) return { from, until };
  const last = (records.at(-1)?.at ?? 0) / 1000;
  throw new UserError('nothing happened in that part of the run', {
    remedy: `Choose --from and --until within 0ms to ${last}ms`,
  });
}

/** Somebody who has the file must be able to run it: not without its data, not from a live bus. */
function replayOf({
  header,
  path,
}: Pick<Trace, 'header'> & { readonly path: string }): string | null {
  const isSimulated = header.adapter === 'memory';
  return isSimulated ? `npx whitewater replay ${shellWord(nameOf(path))}` : null;
}

/** Writes the page and, at a terminal, opens it. */
export async function viewCommand(request: Request): Promise<ExitCode> {
  const { given, io, args } = request;
  const by = given.redact === true ? redactor() : null;
  const passage = passageOf(request);
  const trace = await read(args[0] ?? '', { passage, by });
  const { records, path } = trace;
  const other = await otherOf(given.compare, { passage, by });
  passage.begin('telling the story of', records.length);
  const story = tell(records);
  passage.begin('drawing', records.length);
  const html = viewerHtml({
    records,
    story,
    name: nameOf(path),
    rule: story.invariant === null ? null : (explanationOf(story.invariant) ?? null),
    replay: by === null ? replayOf(trace) : null,
    other,
    orders: viewerOrders(records, () => io.now()),
    window: windowOf(given, records),
    all: given.all === true,
  });
  passage.end();
  const file = targetOf(request, path);
  write(file, html);
  if (given.json === true) {
    io.out(`${JSON.stringify({ viewer: file, bytes: html.length, records: records.length })}\n`);
  } else {
    io.out(`${file}\n`);
  }
  if (given.open !== false) open(file, io);
  return exits.ok;
}
