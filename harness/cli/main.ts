/** The front door: arguments in, exit code out. Everything it touches is passed in. */
import { UserError } from '../trace/user-error.ts';
import { commands } from './commands.ts';
import { reportError } from './errors.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import type { Io } from './io.ts';
import { buildProgram } from './program.ts';
import type { Request } from './request.ts';
import { remedyFor } from './suggest.ts';

/** No command: the show; one word that names a file: run it; anything else is a typing error. */
async function withoutCommand(request: Request): Promise<ExitCode> {
  const [word] = request.args;
  if (word === undefined) return (await import('./start.ts')).startCommand(request);
  if (/\.(?:json|ndjson)$/u.test(word)) return (await import('./run.ts')).runCommand(request);
  const names = commands.flatMap(({ name, aliases }) => [name, ...aliases]);
  throw new UserError(`there is no command "${word}"`, { remedy: remedyFor(word, names) });
}

/** Runs one command line and resolves to its exit code; never rejects. */
export async function main(argv: readonly string[], io: Io): Promise<ExitCode> {
  let code: ExitCode = exits.ok;
  const onExit = (given: ExitCode): void => {
    code = given;
  };
  try {
    await buildProgram({ io, onExit, start: withoutCommand }).parseAsync([...argv], {
      from: 'user',
    });
    return code;
  } catch (error) {
    return reportError(error, io);
  }
}
