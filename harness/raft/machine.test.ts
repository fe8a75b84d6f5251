import { describe, expect, test } from 'vitest';
import { BrokenInvariant } from './assert.ts';
import { machine, raft } from './machine.ts';
import type { AppendEntries } from './message.ts';
import type { NodeOptions, Role } from './node.ts';
import { brokenRules } from './rules.ts';
import type { Input } from './step.ts';
import { inputName, table } from './table.ts';
import type { InputName } from './table.ts';
import {
  ack,
  counter,
  createNetwork,
  elect,
  emptyDisk,
  expire,
  give,
  kinds,
  led,
  logOf,
  nodeOf,
  optionsFor,
  request,
  sync,
} from './network.test.kit.ts';
import type { Network } from './network.test.kit.ts';

const roles: readonly Role[] = ['offline', 'follower', 'preCandidate', 'candidate', 'leader'];

const asked = { kind: 'RequestVote', lastIndex: 0, lastTerm: 0, transfer: false } as const;

/** Every role can be had, and a lease: for those who lead. */
const optionsOf: { readonly [R in Role]?: Partial<NodeOptions> } = {
  preCandidate: { preVote: true },
  leader: { checkQuorum: true, leaseMicros: 100_000 },
};

/** n1 in a role at term 1, with a write under way. */
function networkWith(role: Role): Network {
  const options = optionsOf[role] ?? {};
  const network = createNetwork({ servers: 3, slowDisks: true, options });
  const vote = { ...asked, from: 'n2', to: 'n1', term: 1 } as const;
  const hears = role === 'follower' || role === 'preCandidate';
  if (hears) give(network, 'n1', { kind: 'receive', message: vote });
  if (role !== 'follower') expire(network, 'n1', 'election');
  if (role === 'leader') {
    sync(network, 'n1');
    const reply = { kind: 'RequestVoteReply', from: 'n2', to: 'n1', term: 1 } as const;
    give(network, 'n1', { kind: 'receive', message: { ...reply, granted: true } });
    expire(network, 'n1', 'heartbeat');
    give(network, 'n1', { kind: 'receive', message: ack('n2', { round: 1 }) });
  }
  if (role === 'offline') give(network, 'n1', { kind: 'offline' });
  expect(nodeOf(network, 'n1')).toMatchObject({ role, leaseHeld: role === 'leader' });
  return network;
}

/** One input per column of the table, of term 2 where messages have one. */
function inputsFor(network: Network): Input[] {
  const node = nodeOf(network, 'n1');
  const head = { from: 'n3', to: 'n1', term: 2 };
  const append: AppendEntries = {
    kind: 'AppendEntries',
    ...head,
    prevIndex: 0,
    prevTerm: 0,
    entries: [],
    leaderCommit: 0,
    round: 0,
  };
  const reply = {
    ...head,
    success: false,
    prevIndex: 0,
    matchIndex: 0,
    hintIndex: 0,
    hintTerm: 0,
    round: 0,
  };
  const vote = { ...head, lastIndex: 9, lastTerm: 1, transfer: true };
  const piece = { lastIndex: 1, lastTerm: 1, offset: 0, data: '', done: false, round: 0 };
  const pieceReply = { lastIndex: 1, lastTerm: 1, offset: 0, matchIndex: 0, round: 0 };
  const wish = { kind: 'ClientRequest', from: 'c1', to: 'n1' } as const;
  const looking = { kind: 'read', session: 'c1', serial: 1, command: { add: 0 } } as const;
  const changes = [{ kind: 'addLearner', server: 'n9' }] as const;
  const changing = { kind: 'reconfigure', serial: 1, changes, transition: 'simple' } as const;
  const { electionGeneration, heartbeatGeneration } = node;
  return [
    { kind: 'online', stored: { ...emptyDisk, term: 1 } },
    { kind: 'offline' },
    { kind: 'propose', request: request('n1', { serial: 1, add: 1 }) },
    { kind: 'receive', message: { kind: 'RequestVote', ...vote } },
    { kind: 'receive', message: { kind: 'RequestVoteReply', ...head, granted: false } },
    { kind: 'receive', message: append },
    { kind: 'receive', message: { kind: 'AppendEntriesReply', ...reply } },
    { kind: 'expire', timer: 'election', generation: electionGeneration },
    { kind: 'expire', timer: 'heartbeat', generation: heartbeatGeneration },
    { kind: 'expire', timer: 'lease', generation: node.leaseGeneration },
    { kind: 'persisted', write: node.lastWrite },
    { kind: 'receive', message: { kind: 'PreVote', ...head, lastIndex: 9, lastTerm: 1 } },
    { kind: 'receive', message: { kind: 'PreVoteReply', ...head, granted: false } },
    { kind: 'receive', message: { kind: 'InstallSnapshot', ...head, ...piece } },
    { kind: 'receive', message: { kind: 'InstallSnapshotReply', ...head, ...pieceReply } },
    { kind: 'receive', message: { kind: 'TimeoutNow', ...head } },
    { kind: 'receive', message: { kind: 'ReadIndex', ...head, read: 1 } },
    { kind: 'receive', message: { kind: 'ReadIndexReply', ...head, read: 1, index: 0 } },
    { kind: 'propose', request: { ...wish, payload: { ...looking, via: 'index' } } },
    {
      kind: 'propose',
      request: { ...wish, payload: { kind: 'transfer', serial: 1, target: 'n2' } },
    },
    { kind: 'propose', request: { ...wish, payload: changing } },
  ];
}

/** What can be seen of a server, to tell whether anything happened. */
function seen(network: Network): string {
  const { application, options, ...visible } = nodeOf(network, 'n1');
  void application;
  void options;
  return JSON.stringify(visible, (_, value: unknown) =>
    value instanceof Set || value instanceof Map ? [...value] : value,
  );
}

describe('The declared table', () => {
  const cells = roles.flatMap((role) => {
    const names = inputsFor(networkWith(role)).map(inputName);
    return names.map((name): [Role, InputName] => [role, name]);
  });

  test('It has a cell for every role and input, and no other', () => {
    expect(cells.length).toBe(roles.length * 21);
    for (const role of roles) {
      const declared = Object.keys(table[role]).toSorted();
      const known = cells.filter(([of]) => of === role).map(([, name]) => name);
      expect(declared).toEqual(known.toSorted());
    }
  });

  test.each(cells)('A %s given %s does something unless the table says ignore', (role, name) => {
    const network = networkWith(role);
    const before = seen(network);
    const input = inputsFor(network).find((candidate) => inputName(candidate) === name);
    if (input === undefined) throw new Error(`no input is called ${name}`);
    const transition = table[role][name];
    if (transition === 'forbid') {
      expect(() => give(network, 'n1', input)).toThrow(BrokenInvariant);
      return;
    }
    const effects = give(network, 'n1', input);
    const idle = effects.length === 0 && seen(network) === before;
    expect(idle).toBe(transition === 'ignore');
  });
});

describe('Coming and going', () => {
  test('Off line, timers are disarmed and only online is heard', () => {
    const network = led({ servers: 3 });
    const effects = give(network, 'n1', { kind: 'offline' });
    expect(kinds(effects)).toEqual(['disarm', 'disarm']);
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'offline', leader: null });
    elect(network, 'n2');
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'offline', term: 1 });
  });

  test('On line again, a server holds what its disk holds and follows nobody', () => {
    const network = led({ servers: 3 });
    give(network, 'n1', { kind: 'offline' });
    const stored = { term: 7, votedFor: 'n3', snapshot: null, entries: logOf(1, 4) };
    const effects = give(network, 'n1', { kind: 'online', stored });
    expect(kinds(effects)).toEqual(['arm']);
    expect(nodeOf(network, 'n1')).toMatchObject({
      role: 'follower',
      term: 7,
      votedFor: 'n3',
      leader: null,
      commitIndex: 0,
      appliedIndex: 0,
      state: 0,
      stateDigest: 0,
      durableIndex: 2,
      lastWrite: 0,
    });
    expect(nodeOf(network, 'n1').log).toEqual(stored.entries);
  });

  test('A disk with a gap, or from the future, stops the run', () => {
    const entries = logOf(1, 2).slice(1);
    const node = raft.create(optionsFor(3, 'n1'), counter);
    const gap: Input = { kind: 'online', stored: { ...emptyDisk, term: 2, entries } };
    expect(() => raft.step(node, gap)).toThrow('no gaps');
    const other = raft.create(optionsFor(3, 'n1'), counter);
    const early = { ...emptyDisk, term: 1, entries: logOf(1, 2) };
    expect(() => raft.step(other, { kind: 'online', stored: early })).toThrow('future');
  });

  test.each<[Partial<NodeOptions>, string]>([
    [{ learners: ['n3'] }, 'Server n1: twice the same name in n1, n2, n3, n3.'],
    [{ servers: [] }, 'Server n1: a cluster begins with one voter at least.'],
    [{ servers: ['n1', 'n1'] }, 'Server n1: twice the same name in n1, n1.'],
    [{ electionLowMicros: 5, electionHighMicros: 5 }, 'Server n1: election time-outs [5, 5) µs'],
    [{ heartbeatMicros: 0 }, 'Server n1: a heartbeat every 0 µs is impossible.'],
    [{ entriesPerAppendMax: 0 }, 'Server n1: entriesPerAppendMax is 0, not ≥ 1.'],
    [{ snapshotEvery: -1 }, 'Server n1: snapshotEvery is -1, no whole number ≥ 0.'],
    [{ uncommittedMax: 0.5 }, 'Server n1: uncommittedMax is 0.5, no whole number ≥ 0.'],
    [{ snapshotChunkBytes: 9 }, 'Server n1: snapshotChunkBytes is 9, not ≥ 16.'],
    [{ sessionsMax: 1 }, 'Server n1: it begins with 2 sessions, and sessionsMax is 1.'],
    [{ inflightMax: NaN }, 'Server n1: inflightMax is NaN, not ≥ 1.'],
  ])('Options %j are refused with one sentence', (wrong, sentence) => {
    const options = { ...optionsFor(3, 'n1'), ...wrong };
    expect(() => raft.create(options, counter)).toThrow(sentence);
  });
});

describe('Timers', () => {
  test('An expiry of a timer replaced since is ignored', () => {
    const network = createNetwork({ servers: 3 });
    const { electionGeneration: generation } = nodeOf(network, 'n1');
    elect(network, 'n2');
    expect(give(network, 'n1', { kind: 'expire', timer: 'election', generation })).toEqual([]);
    expect(nodeOf(network, 'n1')).toMatchObject({ role: 'follower', term: 1 });
  });

  test('A leader keeps no election timer, a follower no heartbeat timer', () => {
    const network = led({ servers: 3 });
    const { heartbeatGeneration: generation } = nodeOf(network, 'n1');
    elect(network, 'n2');
    const late: Input = { kind: 'expire', timer: 'heartbeat', generation };
    expect(give(network, 'n1', late)).toEqual([]);
  });
});

describe('Mutants', () => {
  test('A broken rule runs under its own name and without assertions', () => {
    const rules = brokenRules({ voteIsFree: () => true });
    const subject = machine('votes-twice', rules);
    expect(subject.name).toBe('votes-twice');
    const network = createNetwork({ servers: 3, subject });
    for (const from of ['n2', 'n3']) {
      const vote = { ...asked, from, to: 'n1' } as const;
      give(network, 'n1', { kind: 'receive', message: { ...vote, term: 1 } });
    }
    expect(network.queue).toMatchObject([{ granted: true }, { granted: true }]);
  });
});
