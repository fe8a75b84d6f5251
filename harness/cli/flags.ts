/** Every option there is, once: parsing, help and the tests read this table. */
import { Option } from 'commander';
import { exportFormats } from '../report/export/formats.ts';
import { outDefault } from './request.ts';
import { type AzureFlagName, azureFlags } from './azure-flags.ts';
import { type CampaignFlagName, campaignFlags } from './campaign-flags.ts';
import { type ClusterFlagName, clusterFlags } from './cluster-flags.ts';
import type { Flag } from './flag.ts';
import { type ReplayFlagName, replayFlags } from './replay-flags.ts';
import { count, durationMs, gather, port, seed, servers, threads } from './values.ts';
import { type ViewFlagName, viewFlags } from './view-flags.ts';

export type FlagName =
  | AzureFlagName
  | CampaignFlagName
  | ClusterFlagName
  | ReplayFlagName
  | ViewFlagName
  | 'seed'
  | 'runs'
  | 'budget'
  | 'servers'
  | 'numServers'
  | 'localClusterSize'
  | 'profile'
  | 'mutant'
  | 'model'
  | 'invariant'
  | 'failFast'
  | 'maxBugs'
  | 'reporter'
  | 'trace'
  | 'list'
  | 'expect'
  | 'format'
  | 'full'
  | 'to'
  | 'rewrite'
  | 'mermaid'
  | 'failedCas'
  | 'timeout'
  | 'memory'
  | 'workers'
  | 'specification'
  | 'witness'
  | 'table'
  | 'seeds'
  | 'port'
  | 'adminPort'
  | 'config'
  | 'out'
  | 'json'
  | 'quiet'
  | 'color'
  | 'noColor'
  | 'ascii';

const table: Readonly<Record<FlagName, Flag>> = {
  ...azureFlags,
  ...campaignFlags,
  ...clusterFlags,
  ...replayFlags,
  ...viewFlags,
  seed: {
    flags: '--seed <integer>',
    text: 'where to begin: decimal, 0x… or negative; printed if drawn',
    group: 'Search',
    parse: seed,
  },
  runs: { flags: '--runs <count>', text: 'stop after so many runs', group: 'Search', parse: count },
  budget: {
    flags: '--budget <duration>',
    text: 'stop after 500ms, 30s, 10m, 2h (default 60s)',
    group: 'Search',
    parse: durationMs,
  },
  seeds: {
    flags: '--seeds <count>',
    text: 'for a table: hunt each one so many times (default 10)',
    group: 'Search',
    parse: count,
  },
  servers: {
    flags: '-n, --servers <count>',
    text: '1 to 7; else as the seed has it, or 5 (also --num-servers, --local-cluster-size)',
    group: 'Scenario',
    parse: servers,
  },
  numServers: {
    flags: '--num-servers <count>',
    text: 'the same as --servers',
    group: 'Scenario',
    parse: servers,
    hidden: true,
  },
  localClusterSize: {
    flags: '--local-cluster-size <count>',
    text: 'the same as --servers',
    group: 'Scenario',
    parse: servers,
    hidden: true,
  },
  profile: {
    flags: '--profile <name>',
    text: 'which faults (default swarm: every run draws its own)',
    group: 'Scenario',
    choices: ['swarm', 'mild', 'partition', 'crash', 'azure', 'none'],
  },
  mutant: {
    flags: '--mutant <name>',
    text: 'test a planted bug instead of the correct Raft (see whitewater mutants)',
    group: 'Scenario',
  },
  model: {
    flags: '--model <name>',
    text: 'what the operations mean',
    group: 'Judging',
    choices: ['register', 'cas-register', 'kv', 'append'],
  },
  invariant: {
    flags: '--invariant <name>',
    text: 'judge only this promise (repeatable); linearizability is always judged',
    group: 'Judging',
    parse: gather,
  },
  failFast: { flags: '--fail-fast', text: 'stop at the first bug', group: 'Search' },
  maxBugs: {
    flags: '--max-bugs <count>',
    text: 'keep and shrink at most so many different bugs (default 10)',
    group: 'Search',
    parse: count,
  },
  reporter: {
    flags: '--reporter <name>',
    text: 'also write junit (junit.xml) or github (annotations, summary); repeatable',
    group: 'Output',
    parse: gather,
  },
  list: { flags: '--list', text: 'name the built-in scenarios, run nothing', group: 'Output' },
  trace: { flags: '--trace <file>', text: 'write the trace here', group: 'Output' },
  expect: {
    flags: '--expect <verdict>',
    text: 'exit 0 if the replay ends so, 1 if not',
    group: 'Judging',
    choices: ['ok', 'violation'],
  },
  format: {
    flags: '--format <name>',
    text: 'how to print (default text)',
    group: 'Output',
    choices: ['text', 'markdown', 'json'],
  },
  to: {
    flags: '--to <form>',
    text: 'the form of the export',
    group: 'Output',
    choices: exportFormats,
  },
  full: { flags: '--full', text: 'tell every step', group: 'Output' },
  rewrite: { flags: '--rewrite', text: 'write what happens now into the file', group: 'Output' },
  mermaid: { flags: '--mermaid', text: 'Mermaid instead of SVG', group: 'Output' },
  failedCas: {
    flags: '--failed-cas <meaning>',
    text: 'in a foreign history a failed cas observed another value, or says nothing',
    group: 'Judging',
    choices: ['observed', 'absent'],
  },
  timeout: {
    flags: '--timeout <duration>',
    text: 'of a foreign history: time for each key, then unknown (default 10s)',
    group: 'Judging',
    parse: durationMs,
  },
  memory: {
    flags: '--memory <number>',
    text: 'of a foreign history: MiB for each key beside the history, then unknown',
    group: 'Judging',
    parse: count,
  },
  workers: {
    flags: '--workers <count>',
    text: 'threads; auto: one a processor, from three on one fewer (campaign: auto; keys of a history: 1)',
    group: 'Search',
    parse: threads,
  },
  specification: {
    flags: '--specification',
    text: 'hold every step of a trace against the Raft specification, too',
    group: 'Judging',
  },
  witness: {
    flags: '--witness',
    text: 'of a foreign history: the order found, or the longest there is',
    group: 'Judging',
  },
  port: {
    flags: '--port <number>',
    text: 'for AMQP (default 5672; 0 takes a free one)',
    group: 'Service',
    parse: port,
  },
  adminPort: {
    flags: '--admin-port <number>',
    text: 'for the administration (default 5300; 0 takes a free one)',
    group: 'Service',
    parse: port,
  },
  config: {
    flags: '--config <file>',
    text: "entities, as the official emulator's Config.json names them",
    group: 'Service',
  },
  out: {
    flags: '--out <folder>',
    text: `where results go (default ${outDefault})`,
    group: 'Output',
  },
  table: {
    flags: '--table <file>',
    text: 'hunt all and write a table; rows that the file has already are kept',
    group: 'Output',
  },
  json: { flags: '--json', text: 'one JSON document on standard output', group: 'Output' },
  quiet: { flags: '-q, --quiet', text: 'no progress', group: 'Output' },
  color: { flags: '--color', text: 'colours even without a terminal', group: 'Output' },
  noColor: { flags: '--no-color', text: 'no colours', group: 'Output' },
  ascii: { flags: '--ascii', text: 'no glyphs beyond ASCII', group: 'Output' },
};

/** Options of every command. */
export const commonFlags: readonly FlagName[] = [
  'out',
  'json',
  'quiet',
  'color',
  'noColor',
  'ascii',
];

/** The option as commander wants it, made anew for each command. */
export function optionNamed(name: FlagName): Option {
  const flag: Flag = table[name];
  const option = new Option(flag.flags, flag.text).helpGroup(flag.group);
  const { parse, choices } = flag;
  if (choices !== undefined) option.choices(choices);
  if (parse !== undefined)
    option.argParser((text: string, earlier: unknown) => parse(text, earlier));
  return flag.hidden === true ? option.hideHelp() : option;
}
