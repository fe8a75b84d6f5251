/** `whitewater simulate`: a server by hand, from a script or line by line with undo. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { UserError } from '../trace/user-error.ts';
import { BadPlay } from '../verify/play/bad-play.ts';
import { isPlay, runPlay } from '../verify/play/play.ts';
import { BadScript, runScript } from '../verify/script.ts';
import type { Ran } from '../verify/script.ts';
import { eventHelp, NoSuchEvent, Simulator } from '../verify/simulator.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import type { Request } from './request.ts';
import { serversOf } from './request.ts';

function ran(path: string): Ran & { readonly given: string } {
  if (!existsSync(path)) {
    const remedy = 'Without a script the server is played by hand: whitewater simulate';
    throw new UserError('no such file', { file: path, remedy });
  }
  const given = readFileSync(path, 'utf8');
  try {
    if (!isPlay(given)) return { ...runScript(given), given };
    const { commands: events, ...played } = runPlay(given);
    return { ...played, events, given };
  } catch (error) {
    if (!(error instanceof BadScript) && !(error instanceof BadPlay)) throw error;
    const remedy = isPlay(given)
      ? 'harness/verify/plays/README.md explains the format'
      : 'whitewater simulate, then help, names the events';
    throw new UserError(error.message, { file: path, line: error.line, remedy, cause: error });
  }
}

function playScript(request: Request, path: string): ExitCode {
  const { io, given } = request;
  const { text, differsAt, events, given: before } = ran(path);
  const same = differsAt === 0;
  if (given.json === true) {
    const document = { schema: 'whitewater.script/1', same, differsAt, events, text };
    io.out(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    io.out(text);
  }
  if (same) return exits.ok;
  if (given.rewrite === true) {
    writeFileSync(path, text);
    io.err(`${path}: rewritten\n`);
    return exits.ok;
  }
  const lines = [before, text].map((each) => each.split('\n')[differsAt - 1] ?? '(the end)');
  const [expected = '', now = ''] = lines;
  io.err(`${path}:${differsAt} differs\n  script  ${expected}\n  now     ${now}\n`);
  return exits.violation;
}

const words = ['events', 'help', 'quit', 'undo'];

/** One line typed; null: the end. Pure but for the simulator, so that tests can type. */
export function typed(simulator: Simulator, line: string): string | null {
  const word = line.trim();
  if (word === '') return '';
  if (word === 'quit' || word === 'exit') return null;
  if (word === 'undo') {
    return simulator.undo() ? `= ${simulator.stateText()}\n` : 'there is nothing to take back\n';
  }
  if (word === 'events') return `? ${simulator.enabled().join(' ')}\n`;
  if (word === 'help') {
    const rows = Object.entries(eventHelp).map(([name, more]) => `  ${name} ${more}`.trimEnd());
    return `${rows.join('\n')}\n  ${words.join(', ')}; Tab completes\n`;
  }
  try {
    const { outputs, state, next } = simulator.press(word);
    const said = outputs.map((output) => `< ${output}\n`).join('');
    return `${said}= ${state}\n? ${next}\n`;
  } catch (error) {
    if (error instanceof NoSuchEvent) return `${error.message} (help names the events)\n`;
    throw error;
  }
}

/** What Tab offers: events that can happen now, and the words of the table above. */
export function completions(simulator: Simulator, line: string): readonly string[] {
  const all = [...simulator.enabled(), ...words];
  const hits = all.filter((name) => name.toLowerCase().startsWith(line.toLowerCase()));
  return hits.length > 0 ? hits : all;
}

async function playByHand(request: Request): Promise<ExitCode> {
  const { io, given } = request;
  const simulator = new Simulator({ servers: serversOf(given) ?? 5, slowDisk: false });
  const terminal = io.outIsTerminal;
  const reader = createInterface({
    input: process.stdin,
    ...(terminal ? { output: process.stdout } : {}),
    terminal,
    completer: (line: string): [string[], string] => [[...completions(simulator, line)], line],
  });
  io.out(
    `S1 of ${serversOf(given) ?? 5} servers, ${simulator.stateText()}; try ctrl.OnLine, help\n`,
  );
  reader.setPrompt('> ');
  if (terminal) reader.prompt();
  for await (const line of reader) {
    const answer = typed(simulator, line);
    if (answer === null) break;
    io.out(answer);
    if (terminal) reader.prompt();
  }
  reader.close();
  return exits.ok;
}

/** Runs the script, or reads events until `quit` or the end of the input. */
export function simulateCommand(request: Request): Promise<ExitCode> {
  const [path] = request.args;
  return path === undefined ? playByHand(request) : Promise.resolve(playScript(request, path));
}
