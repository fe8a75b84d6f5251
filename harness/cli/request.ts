/** What a command is given: parsed options, arguments, and the outside world. */
import type { ExportFormat } from '../report/export/formats.ts';
import type { Model } from '../trace/record.ts';
import type { AzureGiven } from './azure-flags.ts';
import type { CampaignGiven } from './campaign-flags.ts';
import type { ClusterGiven } from './cluster-flags.ts';
import type { ExitCode } from './exit.ts';
import type { Io } from './io.ts';
import type { ReplayGiven } from './replay-flags.ts';
import type { ViewGiven } from './view-flags.ts';

/** Options as parsed; absent ones were not given. One shape for all commands. */
export interface Given extends AzureGiven, CampaignGiven, ClusterGiven, ReplayGiven, ViewGiven {
  readonly seed?: number;
  readonly runs?: number;
  /** Milliseconds. */
  readonly budget?: number;
  readonly servers?: number;
  readonly numServers?: number;
  readonly localClusterSize?: number;
  readonly profile?: string;
  readonly mutant?: string;
  readonly model?: Model;
  readonly invariant?: readonly string[];
  readonly failFast?: boolean;
  readonly maxBugs?: number;
  readonly reporter?: readonly string[];
  readonly list?: boolean;
  readonly trace?: string;
  readonly expect?: 'ok' | 'violation';
  readonly format?: 'text' | 'markdown' | 'json';
  readonly full?: boolean;
  /** The form of an export. */
  readonly to?: ExportFormat;
  readonly rewrite?: boolean;
  readonly mermaid?: boolean;
  readonly failedCas?: 'observed' | 'absent';
  /** Milliseconds. */
  readonly timeout?: number;
  /** Mebibytes. */
  readonly memory?: number;
  /** Threads. */
  readonly workers?: number;
  /** Judge the steps of a trace by the specification as well. */
  readonly specification?: boolean;
  readonly witness?: boolean;
  /** A Markdown file, for `mutants`. */
  readonly table?: string;
  readonly seeds?: number;
  readonly port?: number;
  readonly adminPort?: number;
  readonly config?: string;
  readonly out?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly color?: boolean;
  readonly ascii?: boolean;
}

export interface Request {
  readonly args: readonly string[];
  readonly given: Given;
  readonly io: Io;
}

export type Action = (request: Request) => Promise<ExitCode>;

export const outDefault = 'test-results/raft';

/** Where results go. */
export function outOf(given: Given): string {
  return given.out ?? outDefault;
}

/** The size of the cluster under any of its three names, or undefined: drawn by the seed. */
export function serversOf(given: Given): number | undefined {
  return given.servers ?? given.numServers ?? given.localClusterSize;
}
