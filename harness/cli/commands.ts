/** Every command there is, once: what it takes, how it is used, where it lives. */
import { azureFlagNames } from './azure-flags.ts';
import { campaignFlagNames } from './campaign-flags.ts';
import { viewFlagNames } from './view-flags.ts';
import { clusterFlagNames } from './cluster-flags.ts';
import { replayFlagNames } from './replay-flags.ts';
import type { FlagName } from './flags.ts';
import type { Action } from './request.ts';

export interface CommandSpec {
  readonly name: string;
  readonly aliases: readonly string[];
  readonly summary: string;
  /** `[optional]` or `<required>`, with what it is. */
  readonly argument: { readonly name: string; readonly text: string } | null;
  readonly flags: readonly FlagName[];
  /** Command line and what it does. */
  readonly examples: readonly (readonly [string, string])[];
  /** Loads the command's code: nothing is imported before it is needed. */
  load(): Promise<Action>;
}

const scenarioFlags: readonly FlagName[] = [
  'servers',
  'numServers',
  'localClusterSize',
  'profile',
  'mutant',
  'model',
];

export const commands: readonly CommandSpec[] = [
  {
    name: 'run',
    aliases: [],
    summary: 'Run one scenario in simulation and judge it.',
    argument: {
      name: '[scenario]',
      text: 'a scenario file, a trace, or the name of a built-in one',
    },
    flags: [...scenarioFlags, 'seed', 'invariant', 'trace', 'list'],
    examples: [
      ['whitewater run figure-8', 'a textbook situation (--list: all)'],
      ['whitewater run --seed 42', 'what 42 stands for'],
      ['whitewater run --seed 42 --mutant votes-counted-as-integer', 'a planted bug'],
      ['whitewater run scenario.json --trace out.ndjson', 'keep the trace'],
    ],
    load: async () => (await import('./run.ts')).runCommand,
  },
  {
    name: 'campaign',
    aliases: ['test'],
    summary: 'Search for schedules that break Raft, in simulation.',
    argument: null,
    flags: [
      ...scenarioFlags,
      'seed',
      'runs',
      'budget',
      'workers',
      ...campaignFlagNames,
      'failFast',
      'maxBugs',
      'invariant',
      'reporter',
      'administration',
    ],
    examples: [
      ['whitewater campaign --budget 10m', 'ten minutes, all faults'],
      ['whitewater campaign -n 3 --profile partition --runs 5000 --fail-fast', ''],
      ['whitewater campaign --strategy pct --runs 2000 --require-coverage 80', ''],
      ['whitewater campaign --distributed @cs.txt --queue q --budget 1h', 'by many machines'],
      ['whitewater campaign --seed -1819918769 --runs 1', 'exactly one run again'],
    ],
    load: async () => (await import('./campaign.ts')).campaignCommand,
  },
  {
    name: 'merge',
    aliases: [],
    summary: 'Put the results of shards, or of several campaigns, together.',
    argument: { name: '<results...>', text: 'folders of campaigns, as --out named them' },
    flags: ['maxBugs', 'workers', 'requireCoverage', 'reporter'],
    examples: [
      ['whitewater merge shard-1 shard-2 --out whole', 'of campaign --shard 1/2 and 2/2'],
      ['whitewater merge monday tuesday --require-coverage 95', 'other seeds, other strategies'],
      ['whitewater merge shards/* --json', 'for programs'],
    ],
    load: async () => (await import('./merge.ts')).mergeCommand,
  },
  {
    name: 'replay',
    aliases: [],
    summary: 'Run a recorded trace again, in simulation or over a real bus, and compare.',
    argument: { name: '<trace>', text: 'a trace file, or the folder of a failure' },
    flags: [
      'expect',
      ...replayFlagNames,
      'namespace',
      'connectionString',
      'administration',
      'topicName',
    ],
    examples: [
      ['whitewater replay test-results/raft/latest', 'the last failure'],
      ['whitewater replay trace.ndjson --expect ok', 'exit 0 once the bug is fixed'],
      ['whitewater replay trace.ndjson --target broker', 'through the Azure SDK'],
      ['whitewater replay trace.ndjson --target azure --record live.ndjson', ''],
    ],
    load: async () => (await import('./replay.ts')).replayCommand,
  },
  {
    name: 'diff',
    aliases: [],
    summary: 'Compare two traces record by record: a live one with its simulation, or any two.',
    argument: { name: '<traces...>', text: 'two trace files, or folders of failures' },
    flags: [],
    examples: [
      ['whitewater diff trace.ndjson live.ndjson', 'exit 0 if equal up to timing'],
      ['whitewater diff traces/caught/stale-read live.ndjson', 'a folder stands for its trace'],
      ['whitewater diff trace.ndjson live.ndjson --json', 'for programs'],
    ],
    load: async () => (await import('./diff.ts')).diffCommand,
  },
  {
    name: 'check',
    aliases: [],
    summary: 'Judge a trace or a foreign history without running anything.',
    argument: {
      name: '<file>',
      text: "a trace (also of etcd's raft), or a history: NDJSON, EDN, operations, etcd's text",
    },
    flags: [
      'model',
      'failedCas',
      'timeout',
      'memory',
      'workers',
      'witness',
      'invariant',
      'specification',
    ],
    examples: [
      ['whitewater check trace.ndjson', 'all promises'],
      ['whitewater check trace.ndjson --invariant LogMatching', 'one promise'],
      ['whitewater check trace.ndjson --specification', 'each step an action of Raft?'],
      ['whitewater check history.ndjson --model register', "another system's history"],
    ],
    load: async () => (await import('./check.ts')).checkCommand,
  },
  {
    name: 'shrink',
    aliases: [],
    summary: 'Make a failing scenario smaller.',
    argument: { name: '<file>', text: 'a scenario, a trace, or the folder of a failure' },
    flags: ['budget', 'mutant'],
    examples: [
      ['whitewater shrink test-results/raft/latest', 'the last failure'],
      ['whitewater shrink trace.ndjson --budget 5m', 'with patience'],
      ['whitewater shrink scenario.json --mutant votes-counted-as-integer', ''],
    ],
    load: async () => (await import('./shrink.ts')).shrinkCommand,
  },
  {
    name: 'explain',
    aliases: [],
    summary: 'Tell the story of a trace, or what a promise means.',
    argument: { name: '<what>', text: 'a trace, the folder of a failure, or an invariant' },
    flags: ['format', 'full', 'trace'],
    examples: [
      ['whitewater explain test-results/raft/latest --full', 'every step'],
      ['whitewater explain trace.ndjson --format markdown', 'for a pull request'],
      ['whitewater explain ElectionSafety', 'the promise, and a run that breaks it'],
      ['whitewater explain LogMatching --trace broken.ndjson', 'its trace, to view'],
    ],
    load: async () => (await import('./explain.ts')).explainCommand,
  },
  {
    name: 'view',
    aliases: [],
    summary: 'Write a trace as one HTML page: a picture with its story; open it.',
    argument: { name: '<trace>', text: 'a trace file, or the folder of a failure' },
    flags: viewFlagNames,
    examples: [
      ['whitewater view test-results/raft/latest', 'the last failure as a picture'],
      ['whitewater view trace.ndjson --out bug.html --no-open', 'only write it'],
      ['whitewater view live.ndjson --compare simulated.ndjson', 'two runs, aligned'],
      ['whitewater view trace.ndjson --from 2s --until 3s', 'a part of a long run'],
      ['whitewater view trace.ndjson --redact', 'to attach to a public issue'],
    ],
    load: async () => (await import('./view.ts')).viewCommand,
  },
  {
    name: 'export',
    aliases: [],
    summary:
      'Write a trace in the form of another tool: Jepsen, Porcupine, ShiViz, Perfetto and others.',
    argument: { name: '<trace>', text: 'a trace file, or the folder of a failure' },
    flags: ['to'],
    examples: [
      ['whitewater export trace.ndjson --to perfetto --out trace.json', 'for ui.perfetto.dev'],
      ['whitewater export trace.ndjson --to shiviz', 'to standard output'],
      ['whitewater export test-results/raft/latest --to edn', 'the history'],
    ],
    load: async () => (await import('./export.ts')).exportCommand,
  },
  {
    name: 'broker',
    aliases: [],
    summary: 'Serve an embedded Service Bus on loopback, for any Azure SDK.',
    argument: null,
    flags: ['port', 'adminPort', 'config'],
    examples: [
      ['whitewater broker', 'on the ports of the official emulator'],
      ['whitewater broker --port 0 --admin-port 0 --json', 'on free ports, for programs'],
      ['whitewater broker --config Config.json', 'with queues and topics from the start'],
    ],
    load: async () => (await import('./broker.ts')).brokerCommand,
  },
  {
    name: 'cluster',
    aliases: [],
    summary: 'Run servers as processes over Service Bus, ask them, torment them, judge.',
    argument: null,
    flags: [
      'servers',
      'numServers',
      'localClusterSize',
      ...clusterFlagNames,
      'seed',
      'duration',
      'connectionString',
      'namespace',
      'administration',
      'topicName',
      'layout',
      'trace',
    ],
    examples: [
      ['whitewater cluster', '5 servers, 5 requests'],
      ['whitewater cluster --kill-every 3s --duration 1m --num-requests 200', ''],
      ['whitewater cluster -n 3 --rough 5 --partition 4s --duration 30s', ''],
      ['whitewater cluster --num-requests 0 --duration 10m', 'for its clients'],
      ['whitewater cluster --namespace NAME --layout queues', 'on live Azure'],
    ],
    load: async () => (await import('./cluster.ts')).clusterCommand,
  },
  {
    name: 'client',
    aliases: [],
    summary: 'Ask a running cluster: get KEY, put KEY VALUE or cas KEY OLD NEW.',
    argument: { name: '<request...>', text: 'values are JSON; what is none is taken as text' },
    flags: ['cluster', 'connectionString', 'namespace', 'administration'],
    examples: [
      ['whitewater client put x 1', 'while a cluster runs'],
      ['whitewater client get x', ''],
      ['whitewater client cas x 1 2', 'if x is 1, make it 2'],
    ],
    load: async () => (await import('./client.ts')).clientCommand,
  },
  {
    name: 'azure',
    aliases: [],
    summary: 'Make, look at and remove a Service Bus namespace for live runs.',
    argument: { name: '<what>', text: 'setup, status, cost, teardown or doctor' },
    flags: [
      'namespace',
      'connectionString',
      'administration',
      'topicName',
      'layout',
      'servers',
      'numServers',
      'localClusterSize',
      ...azureFlagNames,
    ],
    examples: [
      ['whitewater azure doctor', 'what is missing, and what to do'],
      ['whitewater azure setup --dry-run', 'the commands it would run'],
      ['whitewater azure cost --duration 10m --rate 5', 'before a run'],
      ['whitewater azure setup --expires 8h --limit-usd 0.50', ''],
      ['whitewater azure teardown --expired --yes', 'only what carries our tag'],
    ],
    load: async () => (await import('./azure.ts')).azureCommand,
  },
  {
    name: 'mutants',
    aliases: [],
    summary: 'List the planted bugs; with --runs or --budget, hunt them all.',
    argument: { name: '[name]', text: 'only this one' },
    flags: ['seed', 'seeds', 'runs', 'budget', 'table'],
    examples: [
      ['whitewater mutants', 'the list'],
      ['whitewater mutants --runs 2000', 'how soon is each one caught?'],
      ['whitewater mutants votes-counted-as-integer --runs 2000 --json', ''],
      ['whitewater mutants --table table.md --runs 2000 --seeds 10', 'medians of ten hunts each'],
    ],
    load: async () => (await import('./mutants.ts')).mutantsCommand,
  },
  {
    name: 'verify',
    aliases: [],
    summary: 'Explore the machine and small clusters of it to the end.',
    argument: null,
    flags: ['mutant', 'trace', 'table'],
    examples: [
      ['whitewater verify', 'every check, with numbers of states'],
      ['whitewater verify --mutant H1', 'a planted fault, found'],
      ['whitewater verify --mutant quorum-half --trace out.ndjson', 'as a trace'],
      ['whitewater verify --mutant all', 'all of them, with depths'],
      ['whitewater verify --table harness/verify/DEPTHS.md', 'the same as a table'],
    ],
    load: async () => (await import('./verify.ts')).verifyCommand,
  },
  {
    name: 'simulate',
    aliases: [],
    summary: 'Play one server by hand, or from a script of events.',
    argument: { name: '[script]', text: 'a file of events; without it, type them' },
    flags: ['servers', 'numServers', 'localClusterSize', 'rewrite'],
    examples: [
      ['whitewater simulate', 'by name; Tab completes'],
      ['whitewater simulate harness/verify/scripts/depose.txt', 'compare'],
      ['whitewater simulate script.txt --rewrite', 'keep what happens now'],
    ],
    load: async () => (await import('./simulate.ts')).simulateCommand,
  },
  {
    name: 'diagram',
    aliases: [],
    summary: 'Draw the ports, the state chart or a run, as SVG or Mermaid.',
    argument: {
      name: '<what...>',
      text: 'system, statechart [trace or campaign.json...] or sequence <trace>',
    },
    flags: ['mermaid', 'full'],
    examples: [
      ['whitewater diagram system > system.svg', 'one server and its ports'],
      ['whitewater diagram statechart trace.ndjson > done.svg', 'what was done, in green'],
      ['whitewater diagram statechart test-results/raft/campaign.json', 'by a whole campaign'],
      ['whitewater diagram sequence trace.ndjson --mermaid', 'for a README'],
    ],
    load: async () => (await import('./diagram.ts')).diagramCommand,
  },
];
