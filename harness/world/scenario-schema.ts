/**
 * What a scenario file must look like, and one clear sentence when it does not. Shapes and ranges
 * are checked by the schema, names and times by `misfit` afterwards.
 */
import { z } from 'zod';
import type { Json } from '../raft/entry.ts';
import { UserError } from '../trace/user-error.ts';
import { misfit } from './scenario-fit.ts';
import type { Fault, Scenario } from './scenario.ts';
import { plainDisk, plainFeatures, scenarioSchema } from './scenario.ts';

/** The longest run anyone may ask for: 11 virtual days, in milliseconds. */
const longestMs = 1_000_000_000;

function whole(min: number, max: number): z.ZodInt {
  const error = `expected ${String(min)}..${String(max)}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

const time = whole(0, longestMs);
const name = z.string({ error: 'expected a name' }).min(1, { error: 'expected a name' });
const json: z.ZodType<Json> = z.json();

function range(max: number): z.ZodType<{ readonly min: number; readonly max: number }> {
  return z
    .strictObject({ min: whole(0, max), max: whole(0, max) })
    .refine((value) => value.min <= value.max, { error: 'expected min not above max' });
}

const features = z.strictObject({
  preVote: z.boolean(),
  checkQuorum: z.boolean(),
  leaseDriftBound: z.number().refine((bound) => bound === 0 || (bound >= 1 && bound <= 1_000), {
    error: 'expected 0 or 1..1000',
  }),
  snapshotEvery: whole(0, 1_000_000),
  snapshotKeep: whole(0, 1_000_000),
  snapshotChunkBytes: whole(16, 100_000_000),
  bytesPerAppendMax: whole(0, 100_000_000),
  uncommittedMax: whole(0, 1_000_000),
  sessionsMax: whole(0, 1_000_000),
});

const disk = z.strictObject({
  order: z.enum(['inOrder', 'anyOrder']),
  lateMicros: range(longestMs),
});

const cluster = z.strictObject({
  servers: whole(1, 7),
  spares: whole(0, 6),
  learners: whole(0, 6),
  electionMs: range(longestMs),
  heartbeatMs: whole(1, longestMs),
  entriesPerAppendMax: whole(1, 1_000_000),
  inflightMax: whole(1, 1_000_000),
  diskMicros: range(longestMs),
  disk,
  features,
});

const bus = z.strictObject({
  ordering: z.enum(['total', 'session', 'none']),
  mode: z.enum(['peekLock', 'receiveAndDelete']),
  latencyMicros: range(longestMs),
  lockDurationMs: whole(1, 300_000),
  maxDeliveryCount: whole(1, 2_000),
  prefetch: whole(1, 100_000),
  duplicateDetectionMs: time,
  timeToLiveMs: time,
});

const operation = z.strictObject({
  atMs: time,
  client: name,
  f: z.enum(['read', 'write', 'cas', 'append', 'delete']),
  key: z.string({ error: 'expected a key' }),
  value: json,
});

const operatorStep = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('transfer'), atMs: time, target: name }),
  z.strictObject({
    kind: z.literal('reconfigure'),
    atMs: time,
    changes: z
      .array(z.strictObject({ kind: z.enum(['addVoter', 'addLearner', 'remove']), server: name }))
      .max(7),
    transition: z.enum(['simple', 'joint']),
  }),
]);

const workload = z.strictObject({
  model: z.enum(['register', 'cas-register', 'kv', 'append']),
  clients: whole(1, 100),
  sessions: z.enum(['given', 'registered']),
  retryMs: whole(1, longestMs),
  timeoutMs: whole(1, longestMs),
  reads: z.enum(['log', 'index', 'lease', 'mixed']),
  readsAt: z.enum(['leader', 'any']),
  operations: z.array(operation).max(1_000_000),
  operator: z.array(operatorStep).max(1_000),
});

const at = { atMs: time };
const window = { atMs: time, forMs: time };
const server = { server: name };
const link = {
  from: name,
  to: name,
  message: z.enum([
    'any',
    'RequestVote',
    'RequestVoteReply',
    'AppendEntries',
    'AppendEntriesReply',
    'PreVote',
    'PreVoteReply',
    'InstallSnapshot',
    'InstallSnapshotReply',
    'TimeoutNow',
    'ReadIndex',
    'ReadIndexReply',
    'ClientRequest',
    'ClientReply',
  ]),
  percent: whole(0, 100),
  ...window,
};

const fault = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('crash'),
    disk: z.enum(['lose', 'some', 'torn']),
    boundary: z.enum(['write', 'durable']).exactOptional(),
    ...server,
    ...window,
  }),
  z.strictObject({ kind: z.literal('offline'), ...server, ...window }),
  z.strictObject({ kind: z.literal('pause'), ...server, ...window }),
  z.strictObject({
    kind: z.literal('clockSkew'),
    perMille: whole(-900, 10_000),
    ...server,
    ...window,
  }),
  z.strictObject({ kind: z.literal('clockJump'), byMs: time, ...server, ...at }),
  z.strictObject({ kind: z.literal('slowDisk'), byMs: time, ...server, ...window }),
  z.strictObject({ kind: z.literal('drop'), ...link }),
  z.strictObject({ kind: z.literal('delay'), byMs: time, ...link }),
  z.strictObject({ kind: z.literal('duplicate'), afterMs: time, ...link }),
  z.strictObject({ kind: z.literal('reorder'), byMs: time, ...link }),
  z.strictObject({
    kind: z.literal('partition'),
    shape: z.enum(['halves', 'isolate', 'oneWay', 'bridge', 'ring']),
    side: z.array(name).max(7),
    clients: z.boolean(),
    ...window,
  }),
  z.strictObject({ kind: z.literal('lockExpiry'), ...server, ...at }),
  z.strictObject({ kind: z.literal('redeliver'), count: whole(1, 10_000), ...server, ...at }),
  z.strictObject({ kind: z.literal('throttle'), ...window }),
  z.strictObject({ kind: z.literal('brokerRestart'), ...at }),
  z.strictObject({ kind: z.literal('slowSubscription'), byMs: time, ...server, ...window }),
  z.strictObject({ kind: z.literal('deadLetter'), ...server, ...at }),
]);

const initial = z.strictObject({
  server: name,
  term: whole(0, longestMs),
  votedFor: name.nullable(),
  log: z.array(whole(1, longestMs)).max(1_000_000),
});

const pacing = {
  seed: whole(0, 0xffff_ffff),
  stepMicros: whole(1, longestMs),
  earlyPercent: whole(0, 100),
  fairAfter: whole(0, 1_000_000_000),
};
const choices = whole(1, 1_000_000);

const schedule = z.discriminatedUnion('strategy', [
  z.strictObject({ strategy: z.literal('random'), ...pacing }),
  z.strictObject({ strategy: z.literal('walk'), coins: whole(0, 30), ...pacing }),
  z.strictObject({
    strategy: z.enum(['pct', 'pctcp']),
    depth: whole(1, 1_000),
    choices,
    ...pacing,
  }),
  z.strictObject({ strategy: z.literal('pos'), ...pacing }),
  z.strictObject({
    strategy: z.literal('delayBounding'),
    delays: whole(0, 1_000),
    choices,
    ...pacing,
  }),
  z.strictObject({ strategy: z.literal('qLearning'), ...pacing }),
  z.strictObject({
    strategy: z.literal('exhaustive'),
    from: whole(0, 1_000_000),
    choices,
    ...pacing,
  }),
  z.strictObject({
    strategy: z.literal('recorded'),
    decisions: z
      .array(z.strictObject({ step: whole(0, 1_000_000_000), choice: whole(1, 1_000_000) }))
      .max(1_000_000),
    ...pacing,
  }),
]);

const scenario = z.strictObject({
  schema: z.literal(scenarioSchema),
  name: z.string(),
  seed: whole(0, 0xffff_ffff),
  cluster,
  bus,
  workload,
  faults: z.array(fault).max(1_000_000),
  initial: z.array(initial).max(7),
  limits: z.strictObject({
    runMs: time,
    quietMs: time,
    eventsMax: whole(1, 1_000_000_000),
  }),
  schedule: schedule.exactOptional(),
});

/* The schema knows exactly the kinds of fault that the type has. */
type Known = z.infer<typeof fault>['kind'];
const complete: [Exclude<Fault['kind'], Known>] extends [never] ? true : never = true;
void complete;

/** The shape of a scenario as a zod schema; names and times are not checked by it. */
export const scenarioShape: z.ZodType<Scenario> = scenario;

/**
 * The scenario in `given` (anything that JSON.parse may return), which came from `source` (a file's
 * name): the value itself, so that writing it again gives the same bytes, unless it is older than the
 * fields that Raft's features have. Throws a `UserError` that
 * names the source and the path of the first thing wrong.
 */
export function parseScenario(given: unknown, source: string): Scenario {
  const value = completed(given);
  if (isScenario(value)) return value;
  const parsed = scenarioShape.safeParse(value);
  if (parsed.success) {
    const wrong = misfit(parsed.data);
    const what = wrong === undefined ? 'expected a scenario' : `${wrong.path}: ${wrong.what}`;
    throw new UserError(what, { file: source });
  }
  const [issue] = parsed.error.issues;
  const what = issue === undefined ? 'expected a scenario' : sentence(issue, value);
  throw new UserError(what, { file: source, ...remedyFor(value) });
}

interface Fields {
  readonly [name: string]: unknown;
}

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value with the defaults of fields that it lacks; itself when it lacks none. */
function withDefaults(value: unknown, defaults: Fields): unknown {
  if (!isObject(value) || Object.keys(defaults).every((name) => name in value)) return value;
  return { ...defaults, ...value };
}

/** Scenarios written before there were features have none of them: all is off. */
function completed(value: unknown): unknown {
  if (!isObject(value) || !isObject(value['cluster']) || !isObject(value['workload'])) return value;
  const plainCluster = { spares: 0, learners: 0, disk: plainDisk, features: plainFeatures };
  const cluster = withDefaults(value['cluster'], plainCluster);
  const workload = withDefaults(value['workload'], {
    reads: 'log',
    readsAt: 'leader',
    operator: [],
  });
  const same = cluster === value['cluster'] && workload === value['workload'];
  return same ? value : { ...value, cluster, workload };
}

/** True for what `parseScenario` accepts. */
export function isScenario(value: unknown): value is Scenario {
  const parsed = scenarioShape.safeParse(value);
  return parsed.success && misfit(parsed.data) === undefined;
}

function sentence(issue: z.core.$ZodIssue, value: unknown): string {
  const expected = `${pathOf(issue.path)}${expectation(issue)}`;
  if (issue.code === 'unrecognized_keys') return expected;
  return `${expected}, got ${describe(valueAt(value, issue.path))}`;
}

function remedyFor(value: unknown): { readonly remedy?: string } {
  const schema = valueAt(value, ['schema']);
  if (schema === scenarioSchema) return {};
  return { remedy: `This version of Whitewater reads scenarios of schema ${scenarioSchema}` };
}

function pathOf(path: readonly PropertyKey[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${String(part)}]`;
    else text += text === '' ? String(part) : `.${String(part)}`;
  }
  return text === '' ? '' : `${text}: `;
}

/** The issue in words that start with "expected"; ranges bring their own. */
function expectation(issue: z.core.$ZodIssue): string {
  if (issue.message.startsWith('expected')) return issue.message;
  if (issue.code === 'unrecognized_keys') {
    return `expected no field called ${issue.keys.map((key) => `"${key}"`).join(', ')}`;
  }
  if (issue.code === 'invalid_value') {
    return `expected ${issue.values.map((value) => JSON.stringify(value)).join(' or ')}`;
  }
  if (issue.code === 'invalid_union') {
    return `expected one of ${fault.options.map(kindOf).join(', ')}`;
  }
  if (issue.code === 'too_big') return `expected at most ${String(issue.maximum)} entries`;
  return issue.code === 'invalid_type' ? `expected ${issue.expected}` : issue.message;
}

function kindOf(option: (typeof fault.options)[number]): string {
  return option.shape.kind.value;
}

function valueAt(value: unknown, path: readonly PropertyKey[]): unknown {
  let current = value;
  for (const part of path) {
    if (typeof current !== 'object' || current === null) return undefined;
    current = Object.getOwnPropertyDescriptor(current, part)?.value;
  }
  return current;
}

const longestShown = 60;

function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (Array.isArray(value)) return `a list of ${String(value.length)}`;
  if (typeof value === 'object' && value !== null) return 'an object';
  const text = JSON.stringify(value);
  return text.length > longestShown ? `${text.slice(0, longestShown)}…` : text;
}
