/** Every command there is, once: what it takes, how it is used, where it lives. */
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
      'failFast',
      'maxBugs',
      'invariant',
      'reporter',
    ],
    examples: [
      ['whitewater campaign --budget 10m', 'ten minutes, all faults'],
      ['whitewater campaign -n 3 --profile partition --runs 5000 --fail-fast', ''],
      ['whitewater campaign --seed -1819918769 --runs 1', 'exactly one run again'],
    ],
    load: async () => (await import('./campaign.ts')).campaignCommand,
  },
  {
    name: 'replay',
    aliases: [],
    summary: 'Run a recorded trace again and compare it byte for byte.',
    argument: { name: '<trace>', text: 'a trace file, or the folder of a failure' },
    flags: ['expect'],
    examples: [
      ['whitewater replay test-results/raft/latest', 'the last failure'],
      ['whitewater replay trace.ndjson --expect ok', 'exit 0 once the bug is fixed'],
      ['whitewater replay trace.ndjson --json', 'for programs'],
    ],
    load: async () => (await import('./replay.ts')).replayCommand,
  },
  {
    name: 'check',
    aliases: [],
    summary: 'Judge a trace or a foreign history without running anything.',
    argument: {
      name: '<file>',
      text: 'a trace, or a history: NDJSON, EDN, or the text of etcd runs',
    },
    flags: ['model', 'failedCas', 'timeout', 'witness', 'invariant'],
    examples: [
      ['whitewater check trace.ndjson', 'all promises'],
      ['whitewater check trace.ndjson --invariant LogMatching', 'one promise'],
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
    flags: ['format', 'full'],
    examples: [
      ['whitewater explain test-results/raft/latest --full', 'every step'],
      ['whitewater explain trace.ndjson --format markdown', 'for a pull request'],
      ['whitewater explain ElectionSafety', 'the promise, and how it breaks'],
    ],
    load: async () => (await import('./explain.ts')).explainCommand,
  },
  {
    name: 'view',
    aliases: [],
    summary: 'Write a trace as one HTML page: a picture with its story; open it.',
    argument: { name: '<trace>', text: 'a trace file, or the folder of a failure' },
    flags: ['compare', 'noOpen', 'all'],
    examples: [
      ['whitewater view test-results/raft/latest', 'the last failure as a picture'],
      ['whitewater view trace.ndjson --out bug.html --no-open', 'only write it'],
      ['whitewater view live.ndjson --compare simulated.ndjson', 'two runs, aligned'],
    ],
    load: async () => (await import('./view.ts')).viewCommand,
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
    flags: ['mutant', 'trace'],
    examples: [
      ['whitewater verify', 'every check, with numbers of states'],
      ['whitewater verify --mutant H1', 'a planted fault, found'],
      ['whitewater verify --mutant quorum-half --trace out.ndjson', 'as a trace'],
      ['whitewater verify --mutant all', 'all of them, with depths'],
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
    argument: { name: '<what...>', text: 'system, statechart [trace...] or sequence <trace>' },
    flags: ['mermaid', 'full'],
    examples: [
      ['whitewater diagram system > system.svg', 'one server and its ports'],
      ['whitewater diagram statechart trace.ndjson > done.svg', 'what was done, in green'],
      ['whitewater diagram sequence trace.ndjson --mermaid', 'for a README'],
    ],
    load: async () => (await import('./diagram.ts')).diagramCommand,
  },
];
