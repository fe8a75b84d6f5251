/** Errors as people read them: problem, place, remedy. No stack unless it is our own fault. */
import { CommanderError } from 'commander';
import { clean } from '../report/words.ts';
import { UserError } from '../trace/user-error.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import type { Io } from './io.ts';

function userText(error: UserError): string {
  const lines = [`error: ${clean(error.what, 600)}`];
  if (error.file !== null) {
    const line = error.line === null ? '' : `:${error.line}`;
    lines.push(`  in ${clean(error.file)}${line}`);
  }
  if (error.remedy !== null) lines.push(`  ${clean(error.remedy, 600)}`);
  return `${lines.join('\n')}\n`;
}

function bugText(error: unknown): string {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  const lines = text.split('\n').map((line) => clean(line, 300));
  return `internal error: this is a bug in whitewater, not in what it tests\n${lines.join('\n')}\n`;
}

/** Says what went wrong on standard error and returns the exit code. */
export function reportError(error: unknown, io: Io): ExitCode {
  if (error instanceof CommanderError) {
    // Commander has printed its message (or the help that was asked for) already.
    return error.exitCode === 0 ? exits.ok : exits.usage;
  }
  if (error instanceof UserError) {
    io.err(userText(error));
    return error.exitCode;
  }
  io.err(bugText(error));
  return exits.internal;
}
