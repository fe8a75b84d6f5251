/** The command tree, built from the tables of commands and flags. The only user of commander. */
import { Argument, Command } from 'commander';
import { version } from '../trace/version.ts';
import type { CommandSpec } from './commands.ts';
import { commands } from './commands.ts';
import type { ExitCode } from './exit.ts';
import { exitHelp } from './exit.ts';
import type { FlagName } from './flags.ts';
import { commonFlags, optionNamed } from './flags.ts';
import type { Io } from './io.ts';
import type { Action, Given } from './request.ts';

/** Receives the exit code of the command that ran. */
export type OnExit = (code: ExitCode) => void;

const intro = 'Rough water for Raft behind a mocked Azure Service Bus.';

function addFlags(command: Command, names: readonly FlagName[]): Command {
  for (const name of names) command.addOption(optionNamed(name));
  return command;
}

function exampleText(examples: CommandSpec['examples']): string {
  const width = Math.min(66, Math.max(...examples.map(([line]) => line.length)) + 2);
  const lines = examples.map(([line, text]) => `  $ ${line.padEnd(width)}${text}`.trimEnd());
  return `\nExamples\n${lines.join('\n')}\n`;
}

function rootHelp(): string {
  const lines = commands.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`);
  return `${intro}

Usage: whitewater [command] [options]

Commands
${lines.join('\n')}

Examples
  $ whitewater                                a guided show of half a minute: start here
  $ whitewater campaign --budget 10m          search for schedules that break Raft
  $ whitewater replay test-results/raft/latest
  $ whitewater explain ElectionSafety

Options       --seed <integer>, --out <folder>, --quiet, --color, --no-color, --ascii, --version
              (whitewater <command> --help names those of a command)
${exitHelp}
`;
}

/** Without `exitOverride` on the parent *before* `.command()`, a subcommand ends the process. */
function base(io: Io): Command {
  return new Command('whitewater')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.out(text),
      writeErr: (text) => io.err(text),
      getOutHelpWidth: () => 100,
      getErrHelpWidth: () => 100,
    })
    .enablePositionalOptions()
    .showSuggestionAfterError()
    .helpCommand(false)
    .version(version, '-V, --version', 'print the version');
}

function addCommand(
  program: Command,
  spec: CommandSpec,
  found: { readonly io: Io; readonly onExit: OnExit },
): void {
  const command = program
    .command(spec.name)
    .aliases([...spec.aliases])
    .description(spec.summary)
    .usage(`${spec.argument?.name ?? ''} [options]`.trim())
    .showHelpAfterError(`  whitewater ${spec.name} --help names what there is`)
    .addHelpText('after', `${exampleText(spec.examples)}\n${exitHelp}`);
  if (spec.argument !== null) {
    command.addArgument(new Argument(spec.argument.name, spec.argument.text));
  }
  addFlags(command, [...spec.flags, ...commonFlags]);
  command.action(async () => {
    const action = await spec.load();
    const args = command.args;
    found.onExit(await action({ args, given: command.opts<Given>(), io: found.io }));
  });
}

/** The whole program; `start` runs when no command is given. */
export function buildProgram(found: {
  readonly io: Io;
  readonly onExit: OnExit;
  readonly start: Action;
}): Command {
  const { io, onExit, start } = found;
  const program = addFlags(base(io), ['seed', ...commonFlags]);
  program.argument('[words...]');
  for (const spec of commands) addCommand(program, spec, { io, onExit });
  program.helpInformation = () => rootHelp();
  program.action(async () => {
    onExit(await start({ args: program.args, given: program.opts<Given>(), io }));
  });
  return program;
}
