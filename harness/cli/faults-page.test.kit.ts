/** The page of every fault kind: fields from the schema, sentences from the stories. */
import { mechanism } from '../report/azure.ts';
import { faultSentence } from '../report/fault-sentence.ts';
import type { FaultField } from '../world/fault-fields.test.kit.ts';
import { faultFields } from '../world/fault-fields.test.kit.ts';
import type { Fault, FaultKind } from '../world/scenario.ts';
import { code, listOf, pageOf, tableOf } from './markdown.test.kit.ts';

interface About {
  /** What the world or the bus does. */
  readonly does: string;
  /** What Raft has to stand because of it. */
  readonly tests: string;
  readonly example: Fault;
}

const link = { from: 'any', to: 'any', message: 'any', percent: 100 } as const;
const window = { atMs: 200, forMs: 300 } as const;

const servers: readonly About[] = [
  {
    does:
      'The process is gone at once, with its memory and what its disk had not synced; it ' +
      'comes back after `forMs` with what the disk kept. `disk` says what that is: `lose` ' +
      'everything unsynced, keep `some` of it (a drawn prefix of the writes), or a prefix ' +
      'and a `torn` record behind it. With `boundary` the crash waits for the next write: ' +
      '`write` strikes when it is handed to the disk and nothing it led to has left, ' +
      '`durable` when it is safe and the server has not heard of it.',
    tests:
      'Nothing may be promised before it is durable, and a torn record must not be read as ' +
      'a whole one.',
    example: { kind: 'crash', server: 'S2', disk: 'torn', boundary: 'write', ...window },
  },
  {
    does:
      'The server finishes its writes, closes its receiver, and comes back after `forMs`. ' +
      'Nothing is lost.',
    tests: 'A leader that leaves in good order is replaced; who comes back catches up.',
    example: { kind: 'offline', server: 'leader', ...window },
  },
  {
    does:
      'The process stands still with all that it knows; the world goes on, timers come ' +
      'due, locks expire. Afterwards it goes on where it was.',
    tests:
      'A leader that slept believes that it leads: leases, reads and late messages must ' +
      'not be fooled.',
    example: { kind: 'pause', server: 'S1', ...window },
  },
  {
    does:
      'All timers of the server run by `perMille` parts of a thousand too fast, or too ' +
      'slow if negative.',
    tests: 'Terms, not clocks, decide safety; leases hold only as far as their bound on drift.',
    example: { kind: 'clockSkew', server: 'S3', perMille: -250, ...window },
  },
  {
    does: 'The clock of the server jumps ahead once: every running timer is nearer by `byMs`.',
    tests: 'An election may begin at any moment. Written scenarios use it to choose who stands.',
    example: { kind: 'clockJump', server: 'S4', atMs: 200, byMs: 130 },
  },
  {
    does: 'Every fsync of the server takes `byMs` longer.',
    tests: 'Messages that wait for a write leave late; others must not overtake what they rest on.',
    example: { kind: 'slowDisk', server: 'S1', byMs: 80, ...window },
  },
];

const network: readonly About[] = [
  {
    does: 'Of 100 messages that match, so many as `percent` says never reach the bus.',
    tests: 'Everything is tried again, and nothing counts as said because it was sent.',
    example: { kind: 'drop', ...link, to: 'S2', percent: 30, ...window },
  },
  {
    does: 'Messages that match reach the bus `byMs` later.',
    tests: 'What arrives may be of another term, or answer a question long forgotten.',
    example: { kind: 'delay', ...link, message: 'RequestVoteReply', byMs: 90, ...window },
  },
  {
    does: 'Messages that match are published once more, `afterMs` later.',
    tests: 'A vote told twice is one vote, and a command that came twice runs once.',
    example: { kind: 'duplicate', ...link, message: 'RequestVoteReply', afterMs: 5, ...window },
  },
  {
    does:
      'Each message that matches waits a drawn time of 0 to `byMs`, so that some overtake ' +
      'others.',
    tests: 'An old AppendEntries must not take back what a newer one brought.',
    example: { kind: 'reorder', ...link, message: 'AppendEntries', byMs: 40, ...window },
  },
  {
    does:
      'Links between servers carry nothing. `shape` is `halves` (`side` against the rest), ' +
      '`isolate` (the first of `side` alone), `oneWay` (`side` can send but not receive), ' +
      '`bridge` (two halves joined only by the first of `side`) or `ring` (each server ' +
      'reaches only its two neighbours); `clients` says whether the clients are cut off ' +
      'with `side`.',
    tests: 'A minority commits nothing, and the leader it keeps is not believed.',
    example: { kind: 'partition', shape: 'halves', side: ['S1', 'S2'], clients: true, ...window },
  },
];

const bus: readonly About[] = [
  {
    does:
      'Every peek-lock of the receiver is lost now: what it has not settled comes again, ' +
      'with a delivery count one higher.',
    tests: 'Delivery is at least once; a settlement that came too late must do no harm.',
    example: { kind: 'lockExpiry', server: 'S2', atMs: 200 },
  },
  {
    does: 'The last `count` messages that were delivered to the server are delivered once more.',
    tests:
      'The same as a duplicate, but from the broker: also what was settled in time comes again.',
    example: { kind: 'redeliver', server: 'S3', atMs: 200, count: 4 },
  },
  {
    does: 'The broker refuses every publish while it lasts.',
    tests: 'What was refused is sent anew, by whoever still wants it then.',
    example: { kind: 'throttle', ...window },
  },
  {
    does:
      'All receivers are disconnected and all locks lost; what is stored survives and is ' +
      'delivered again.',
    tests: 'Everybody hears everything again, late, at once.',
    example: { kind: 'brokerRestart', atMs: 200 },
  },
  {
    does: 'Deliveries from the subscription of the server take `byMs` longer.',
    tests: 'One follower lives in the past; nobody waits for it.',
    example: { kind: 'slowSubscription', server: 'S5', byMs: 120, ...window },
  },
  {
    does: 'Everything that waits in the subscription of the server goes to its dead-letter queue.',
    tests: 'What was accepted by the bus is lost all the same, and must be sent again.',
    example: { kind: 'deadLetter', server: 'S2', atMs: 200 },
  },
];

/** What each kind is about, in the order of the page. */
export const faultExamples: readonly Fault[] = [...servers, ...network, ...bus].map(
  ({ example }) => example,
);

/** What a field means; every field of the schema must be here. */
const meanings: Readonly<Record<string, string>> = {
  server:
    'a name (`S2`), or `leader`, `candidate`, `follower`: whoever it is when the fault strikes',
  atMs: 'when it strikes: milliseconds of virtual time from the start',
  forMs: 'how long it lasts, in milliseconds; everything ends when the quiet period begins',
  disk: 'what a crash leaves of unsynced writes: `lose`, `some`, `torn`',
  boundary: 'the side of a write at which a crash strikes: `write`, `durable`; may be left out',
  perMille: 'parts of a thousand, negative for slow',
  byMs: 'milliseconds: how far, or how much later',
  afterMs: 'milliseconds until the second copy',
  from: 'who sent it: as `server`, or a client (`c1`), or `any`',
  to: 'whom it is for, likewise',
  message: 'which kind of message, or `any`',
  percent: 'of 100 messages that match so many are hit, drawn one by one',
  shape: '`halves`, `isolate`, `oneWay`, `bridge`, `ring`',
  side: 'servers, as `server`',
  clients: 'are the clients cut off together with `side`?',
  count: 'how many messages',
};

function rangeText({ minimum, maximum, enum: words, type }: FaultField): string {
  if (words !== undefined) return words.map(code).join(', ');
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  return type ?? '';
}

/** Fields whose meaning names their words. */
const worded: ReadonlySet<string> = new Set(['message', 'disk', 'boundary', 'shape']);

/** One row a field; ranges that differ between kinds are all named. */
function fieldRows(): readonly (readonly string[])[] {
  const kinds = [...faultFields()];
  const names = [...new Set(kinds.flatMap(([, fields]) => [...fields.keys()]))];
  return names.map((name) => {
    const ranges = kinds.flatMap(([, fields]) => fields.get(name) ?? []).map(rangeText);
    const meaning = meanings[name];
    if (meaning === undefined) throw new Error(`nobody says what the field ${name} means`);
    const all = worded.has(name) ? [] : ranges;
    return [code(name), meaning, [...new Set(all)].join('; ')];
  });
}

/** On one line where that fits. */
function jsonOf(example: Fault): string {
  const parts = Object.entries(example).map(
    ([name, value]) => `"${name}": ${JSON.stringify(value).replaceAll(',', ', ')}`,
  );
  const line = `{ ${parts.join(', ')} }`;
  return line.length <= 100 ? line : `{\n  ${parts.join(',\n  ')}\n}`;
}

function section({ does, tests, example }: About): readonly string[] {
  const { kind, ...detail } = example;
  const names = [...(faultFields().get(kind)?.keys() ?? [])];
  const told = faultSentence({ name: kind, detail }, ['S1', 'S2', 'S3', 'S4', 'S5']);
  return [
    `### ${kind}`,
    does,
    listOf([
      `In Azure: ${mechanism(kind)}.`,
      `What it tests: ${tests}`,
      `Fields: ${names.map(code).join(', ')}.`,
      `In a story: “${told}”.`,
    ]),
    ['```json', jsonOf(example), '```'].join('\n'),
  ];
}

/** The kinds that the page tells of. */
export function toldKinds(): readonly FaultKind[] {
  return faultExamples.map(({ kind }) => kind);
}

/** The whole page. */
export function faultsPage(): string {
  return pageOf([
    '# Faults',
    'What the rough water is made of. A scenario holds a list of faults; each begins at ' +
      'a moment of virtual\n' +
      'time and is recorded in the trace, and so is every message that it hits. A fault ' +
      'that the bug does not\n' +
      'need is taken away by shrinking; the others stand in the story with the accident of ' +
      'Azure that would do\n' +
      'the same. `percent`s and other draws are keyed, so that taking one fault away ' +
      'changes no draw of another.',
    'A test holds this page to the schema (`npx vitest run harness/cli/pages.test.ts -u` ' +
      'writes it anew).',
    '```console\n' +
      '$ npx whitewater run partition-and-heal\n' +
      '$ npx whitewater campaign --profile azure --runs 20 --seed 1\n' +
      '```',
    'Profiles choose among the kinds: `swarm` draws some anew for each run, `mild`, ' +
      '`partition`, `crash` and\n' +
      '`azure` have their own weights (`scenarios/generate/profile.ts`), `none` has none.',
    '## Fields',
    tableOf(['field', 'meaning', 'range'], fieldRows()),
    '## Servers',
    ...servers.flatMap(section),
    '## Network',
    ...network.flatMap(section),
    '## Service Bus',
    ...bus.flatMap(section),
  ]);
}
