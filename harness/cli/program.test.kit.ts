/** For tests: the program as `--help` and the parser know it; it runs nothing and says nothing. */
import type { Command } from 'commander';
import { exits } from './exit.ts';
import { buildProgram } from './program.ts';

const silent = (): undefined => undefined;

/** The whole program. */
export function silentProgram(): Command {
  return buildProgram({
    io: {
      out: silent,
      err: silent,
      outIsTerminal: false,
      errIsTerminal: false,
      columns: 100,
      env: {},
      now: () => 0,
      onInterrupt: () => silent,
    },
    onExit: silent,
    start: () => Promise.resolve(exits.ok),
  });
}

/** One command of it. */
export function silentCommand(name: string): Command {
  const command = silentProgram().commands.find((one) => one.name() === name);
  if (command === undefined) throw new Error(`no command ${name}`);
  return command;
}
