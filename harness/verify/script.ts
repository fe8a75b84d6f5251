/**
 * Event scripts: text with one event a line behind `>`, and what came of it below: `<` what the
 * server said, `=` the server afterwards, `?` the events that can happen next. Lines with `#` and
 * empty lines stay as they are; `servers 5` and `disk slow` stand at the top.
 *
 * Running a script writes the same text again with the answers of today: equal text is a pass.
 */
import type { Subject } from '../raft/step.ts';
import { NoSuchEvent, Simulator } from './simulator.ts';

export class BadScript extends Error {
  override readonly name = 'BadScript';
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}

export interface Ran {
  /** The script with today's answers. */
  readonly text: string;
  /** The first line that differs, 1-based; 0: none does. */
  readonly differsAt: number;
  readonly events: number;
}

interface Settings {
  servers: number;
  slowDisk: boolean;
}

function setting(settings: Settings, line: string, at: number): void {
  const servers = /^servers ([1-7])$/u.exec(line);
  if (servers !== null) settings.servers = Number(servers[1]);
  else if (line === 'disk slow') settings.slowDisk = true;
  else throw new BadScript(`"${line}" is neither an event (> …) nor a setting`, at);
}

function answerLines(simulator: Simulator, event: string, at: number): readonly string[] {
  try {
    const { outputs, state, next } = simulator.press(event);
    const said = outputs.length === 0 ? ['< nothing'] : outputs.map((output) => `< ${output}`);
    return [...said, `= ${state}`, `? ${next}`];
  } catch (error) {
    if (error instanceof NoSuchEvent) throw new BadScript(error.message, at);
    throw error;
  }
}

/** Runs a script. Throws `BadScript` with the line when it cannot be understood. */
export function runScript(text: string, subject?: Subject): Ran {
  const settings: Settings = { servers: 5, slowDisk: false };
  let simulator: Simulator | null = null;
  const lines: string[] = [];
  let events = 0;
  const given = text.split('\n');
  given.forEach((line, index) => {
    const start = line.charAt(0);
    if (start === '<' || start === '=' || start === '?') return;
    lines.push(line);
    if (start === '#' || line.trim() === '') return;
    if (start !== '>') {
      setting(settings, line.trim(), index + 1);
      return;
    }
    simulator ??= new Simulator({ ...settings, ...(subject === undefined ? {} : { subject }) });
    lines.push(...answerLines(simulator, line.slice(1), index + 1));
    events += 1;
  });
  const told = lines.join('\n');
  const now = told.split('\n');
  const longest = Math.max(now.length, given.length);
  let differsAt = 0;
  for (let at = 0; at < longest && differsAt === 0; at += 1) {
    if (now[at] !== given[at]) differsAt = at + 1;
  }
  return { text: told, differsAt, events };
}
