/** Records of what a step changed in a server, each made only when somebody hears it. */
import type { Configuration, Entry } from '../raft/entry.ts';
import type { ConfigurationAt } from '../raft/node.ts';
import type { Effect, Snapshot, Write } from '../raft/step.ts';
import type { EntryRef, SnapshotRef } from '../trace/record.ts';
import { mark } from './emitter.ts';
import type { Host, World } from './world.ts';

/** A snapshot by what it stands for. */
export function snapshotRef({ index, term, stateDigest, configuration }: Snapshot): SnapshotRef {
  return { index, term, stateDigest, configuration };
}

export function entryRefs(entries: readonly Entry[]): readonly EntryRef[] {
  return entries.map(({ index, term, digest }) => ({ index, term, digest }));
}

export function noteState(world: World, host: Host): void {
  const { node, seen } = host;
  const { emitter } = world;
  if (node.role === 'leader' && (seen.role !== 'leader' || seen.term !== node.term)) {
    host.matchSeen.fill(0);
    host.nextSeen.fill(0);
  }
  seen.role = node.role;
  seen.term = node.term;
  seen.votedFor = node.votedFor;
  seen.leader = node.leader;
  const seq = emitter.take(mark.state, world.now, node.term, host.index);
  const show = emitter.on.state;
  if (show === null) return;
  const { role, term, votedFor, leader } = node;
  const { id: server } = host;
  const { cause } = world;
  show({ kind: 'state', seq, at: world.now, cause, server, role, term, votedFor, leader });
}

export function noteMatch(
  world: World,
  host: Host,
  reply: { readonly from: string; readonly success: boolean },
): void {
  const { node } = host;
  if (node.role !== 'leader') return;
  const peer = Math.max(0, world.names.indexOf(reply.from));
  for (const progress of node.progress) {
    if (progress.peer !== reply.from) continue;
    const { matchIndex, nextIndex } = progress;
    if (reply.success && host.matchSeen[peer] === matchIndex) return;
    host.matchSeen[peer] = matchIndex;
    host.nextSeen[peer] = nextIndex;
    const { emitter } = world;
    const seq = emitter.take(mark.match, world.now, matchIndex, host.index);
    const show = emitter.on.match;
    if (show === null) return;
    show({
      kind: 'match',
      seq,
      at: world.now,
      cause: world.cause,
      server: host.id,
      peer: reply.from,
      term: node.term,
      matchIndex,
      nextIndex,
    });
    return;
  }
}

export function noteCommit(world: World, host: Host): void {
  const { node } = host;
  const { emitter } = world;
  host.seen.commitIndex = node.commitIndex;
  const seq = emitter.take(mark.commit, world.now, node.commitIndex, host.index);
  const show = emitter.on.commit;
  if (show === null) return;
  const { term, commitIndex } = node;
  const { cause } = world;
  show({ kind: 'commit', seq, at: world.now, cause, server: host.id, term, commitIndex });
}

export function noteApply(
  world: World,
  host: Host,
  effect: Extract<Effect, { readonly kind: 'apply' }>,
): void {
  const { emitter } = world;
  const seq = emitter.take(mark.apply, world.now, effect.stateDigest, host.index);
  const show = emitter.on.apply;
  if (show === null) return;
  const { entry } = effect;
  const { payload } = entry;
  show({
    kind: 'apply',
    seq,
    at: world.now,
    cause: world.cause,
    server: host.id,
    index: entry.index,
    term: entry.term,
    digest: entry.digest,
    session: payload.kind === 'command' ? payload.session : null,
    serial: payload.kind === 'command' ? payload.serial : 0,
    repeated: effect.repeated,
    answer: effect.answer,
    stateDigest: effect.stateDigest,
  });
}

function notePropose(world: World, host: Host, entry: Entry): void {
  const { emitter } = world;
  const seq = emitter.take(mark.propose, world.now, entry.digest, host.index);
  const show = emitter.on.propose;
  // Judges on line need the payloads of configurations only: the others are dear to tell.
  if (show === null || (!emitter.full && entry.payload.kind !== 'configuration')) return;
  const { payload } = entry;
  show({
    kind: 'propose',
    seq,
    at: world.now,
    cause: world.cause,
    server: host.id,
    index: entry.index,
    term: entry.term,
    digest: entry.digest,
    session: payload.kind === 'command' ? payload.session : null,
    serial: payload.kind === 'command' ? payload.serial : 0,
    command: payload.kind === 'command' ? payload.command : null,
    configuration: payload.kind === 'configuration' ? payload.configuration : null,
  });
}

/** Tells of a write, and of the entries that a leader makes by it; returns its `seq`. */
export function noteWrite(world: World, host: Host, write: Write): number {
  const { emitter } = world;
  const { log, snapshot } = write;
  if (log !== null && host.node.role === 'leader') {
    for (const entry of log.entries) notePropose(world, host, entry);
  }
  const seq = emitter.take(mark.write, world.now, write.id, host.index);
  const show = emitter.on.write;
  if (show === null) return seq;
  show({
    kind: 'write',
    seq,
    at: world.now,
    cause: world.cause,
    server: host.id,
    write: write.id,
    hard: write.hard,
    log: log === null || !emitter.full ? log : { from: log.from, entries: entryRefs(log.entries) },
    snapshot:
      snapshot === null
        ? null
        : { ...snapshotRef(snapshot.snapshot), discardThrough: snapshot.discardThrough },
  });
  return seq;
}

const sameNames = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((name, at) => name === b[at]);

function sameConfiguration(a: Configuration, b: Configuration): boolean {
  return (
    sameNames(a.voters, b.voters) &&
    sameNames(a.outgoing, b.outgoing) &&
    sameNames(a.learners, b.learners) &&
    sameNames(a.learnersNext, b.learnersNext)
  );
}

/** Another configuration is in force, unless it only looks so: that of the beginning made anew. */
export function noteConfiguration(world: World, host: Host): void {
  const { seen, node } = host;
  const inForce = node.configurations[node.configurations.length - 1];
  if (inForce === undefined || inForce.configuration === seen.configuration) return;
  tellConfiguration(world, host, inForce);
}

function tellConfiguration(world: World, host: Host, inForce: ConfigurationAt): void {
  const { seen } = host;
  const { index, configuration } = inForce;
  const same =
    seen.configurationIndex === index &&
    seen.configuration !== null &&
    sameConfiguration(seen.configuration, configuration);
  seen.configuration = configuration;
  seen.configurationIndex = index;
  if (same) return;
  const { emitter } = world;
  const seq = emitter.take(mark.configure, world.now, index, host.index);
  const show = emitter.on.configure;
  if (show === null) return;
  const { id: server } = host;
  const { cause } = world;
  show({ kind: 'configure', seq, at: world.now, cause, server, index, configuration });
}

export function noteRestore(world: World, host: Host, snapshot: Snapshot): void {
  const { emitter } = world;
  const seq = emitter.take(mark.restore, world.now, snapshot.stateDigest, host.index);
  const show = emitter.on.restore;
  if (show === null) return;
  const { index, term, stateDigest } = snapshot;
  const { cause } = world;
  show({
    kind: 'restore',
    seq,
    at: world.now,
    cause,
    server: host.id,
    index,
    term,
    stateDigest,
  });
}

export function noteServe(
  world: World,
  host: Host,
  effect: Extract<Effect, { readonly kind: 'serve' }>,
): void {
  const { emitter } = world;
  const seq = emitter.take(mark.serve, world.now, effect.readIndex, host.index);
  const show = emitter.on.serve;
  if (show === null) return;
  const { session, serial, via, readIndex, appliedIndex } = effect;
  show({
    kind: 'serve',
    seq,
    at: world.now,
    cause: world.cause,
    server: host.id,
    session,
    serial,
    via,
    readIndex,
    appliedIndex,
  });
}
