#!/usr/bin/env node
/** The executable: hands the process to `cli` and its answer back to the shell. */
import { processIo } from './cli/io.ts';
import { main } from './cli/main.ts';

// A reader that has seen enough (`| head`) is no error.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
  process.exit();
});

process.exitCode = await main(process.argv.slice(2), processIo());
