/** `whitewater export`: a trace in the form that another tool reads. */
import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { exportTrace } from '../report/export/export.ts';
import type { ExportFormat } from '../report/export/formats.ts';
import { exportFormats } from '../report/export/formats.ts';
import type { TraceRecord } from '../trace/record.ts';
import { UserError } from '../trace/user-error.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { passageOf } from './passage.ts';
import type { Request } from './request.ts';

/** Lines are written this many characters at a time. */
const chunkLength = 256 * 1024;

interface Written {
  readonly lines: number;
  readonly bytes: number;
}

/** Hands the export over in pieces of middling size. */
function inChunks(
  records: readonly TraceRecord[],
  format: ExportFormat,
  write: (text: string) => void,
): Written {
  let lines = 0;
  let bytes = 0;
  let chunk = '';
  const flush = (): void => {
    if (chunk === '') return;
    bytes += Buffer.byteLength(chunk);
    write(chunk);
    chunk = '';
  };
  exportTrace(records, {
    format,
    take: (line) => {
      lines += 1;
      chunk += `${line}\n`;
      if (chunk.length >= chunkLength) flush();
    },
  });
  flush();
  return { lines, bytes };
}

function toFile(records: readonly TraceRecord[], format: ExportFormat, file: string): Written {
  let descriptor: number | null = null;
  try {
    mkdirSync(dirname(file), { recursive: true });
    const opened = openSync(file, 'w');
    descriptor = opened;
    return inChunks(records, format, (text) => void writeSync(opened, text));
  } catch (cause) {
    const what = `the export cannot be written: ${cause instanceof Error ? cause.message : ''}`;
    throw new UserError(what, { file, remedy: 'Name another file with --out', cause });
  } finally {
    if (descriptor !== null) closeSync(descriptor);
  }
}

/** To standard output, or with `--out` into a file. */
export async function exportCommand(request: Request): Promise<ExitCode> {
  const { given, io, args } = request;
  const { to: format } = given;
  if (format === undefined) {
    throw new UserError('export wants to know the form', {
      remedy: `Name one with --to: ${exportFormats.join(', ')}`,
    });
  }
  const passage = passageOf(request);
  const { records } = await passage.read(args[0] ?? '');
  const { out: file } = given;
  if (file !== undefined || !io.outIsTerminal) passage.begin('exporting', records.length);
  if (file !== undefined) {
    const written = toFile(records, format, file);
    passage.end();
    const document = { schema: 'whitewater.export/1', format, file, ...written };
    io.out(given.json === true ? `${JSON.stringify(document, null, 2)}\n` : `${file}\n`);
  } else if (given.json === true) {
    let text = '';
    const written = inChunks(records, format, (piece) => void (text += piece));
    const document = { schema: 'whitewater.export/1', format, ...written, text };
    io.out(`${JSON.stringify(document, null, 2)}\n`);
  } else {
    inChunks(records, format, (text) => io.out(text));
    passage.end();
  }
  return exits.ok;
}
