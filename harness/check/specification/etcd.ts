/**
 * Traces of etcd's raft held against the specification, line by line (raft.md 5.1 and 5.2).
 *
 * What these traces leave open is filled in: messages carry no identity, so a receipt matches any
 * message sent before with the same fields; entries carry no contents, so those of a message are
 * taken from its sender's abstract log. A line about a receipt tells the state before, every other
 * one the state after. Pre-votes, hand-overs and reads are not traced at all.
 */
import type { EtcdEvent, EtcdMessage } from '../../trace/etcd-raft.ts';
import type { Actor, EtcdJudge } from './etcd-actor.ts';
import { count, differs, voteOf } from './etcd-actor.ts';
import { receive, send } from './etcd-messages.ts';
import { newServer, termAt } from './state.ts';

const beginnings: ReadonlySet<string> = new Set([
  'InitState',
  'BecomeFollower',
  'ApplyConfChange',
  'Bootstrap',
]);

/** Takes one line; what is wrong with it as one sentence, or null. */
export function judgeEtcdEvent(judge: EtcdJudge, event: EtcdEvent): string | null {
  judge.lines += 1;
  const actor = actorOf(judge, event.server);
  if (actor.starting) {
    if (beginnings.has(event.name)) {
      begin(actor, event);
      return null;
    }
    actor.starting = false;
  }
  showAppends(actor, event);
  const wrong = taken(judge, actor, event);
  if (wrong !== null) return said(event, wrong);
  if (event.name.startsWith('Receive')) return null;
  const other = differs(actor, event);
  return other === null ? null : said(event, other);
}

function said(event: EtcdEvent, wrong: string): string {
  return `${event.server} took a step that Raft does not have (${event.name}): ${wrong}`;
}

function actorOf(judge: EtcdJudge, id: string): Actor {
  const known = judge.actors.get(id);
  if (known !== undefined) return known;
  const made: Actor = {
    server: newServer(id),
    voters: [],
    outgoing: [],
    starting: true,
    appends: 0,
    reply: null,
    stale: null,
  };
  judge.actors.set(id, made);
  return made;
}

/** What is on the disk when it starts: the entries of the beginning are of term 1. */
function begin(actor: Actor, event: EtcdEvent): void {
  const { server } = actor;
  server.term = event.term;
  server.votedFor = voteOf(event);
  server.commitIndex = event.commit;
  server.log.length = Math.min(server.log.length, event.lastIndex);
  while (server.log.length < event.lastIndex) server.log.push({ term: 1, digest: null });
  actor.voters = event.next ?? event.voters;
  actor.outgoing = event.outgoing;
}

/** A leader's appends show in the line after: so many entries of its term. */
function showAppends(actor: Actor, event: EtcdEvent): void {
  const { server } = actor;
  if (actor.appends === 0 || server.role !== 'leader') return;
  if (event.lastIndex <= server.log.length) return;
  actor.appends = 0;
  while (server.log.length < event.lastIndex) server.log.push({ term: server.term, digest: null });
}

function taken(judge: EtcdJudge, actor: Actor, event: EtcdEvent): string | null {
  switch (event.name) {
    case 'InitState':
      return restart(judge, actor, event);
    case 'BecomeCandidate':
      return campaign(judge, actor);
    case 'BecomeLeader':
      return lead(judge, actor);
    case 'BecomeFollower':
      return stepDown(judge, actor, event);
    case 'Replicate':
      actor.appends += 1;
      return actor.server.role === 'leader'
        ? count(judge, 'ClientRequest')
        : 'only a leader appends what clients ask for';
    case 'Commit':
      return advance(judge, actor, event);
    case 'ApplyConfChange':
      if (event.next !== null) actor.voters = event.next;
      actor.outgoing = event.outgoing;
      return null;
    default:
      return event.message === null ? null : exchanged(judge, actor, event, event.message);
  }
}

/** A line about a message: by the format's names they begin with what happens to it. */
function exchanged(
  judge: EtcdJudge,
  actor: Actor,
  event: EtcdEvent,
  message: EtcdMessage,
): string | null {
  if (event.name.startsWith('Send')) return send(judge, actor, message);
  return event.name.startsWith('Receive') ? receive(judge, actor, event, message) : null;
}

/** Restart(i): what was not on the disk is gone; the rest is as it was. */
function restart(judge: EtcdJudge, actor: Actor, event: EtcdEvent): string | null {
  const { server } = actor;
  if (event.term > server.term)
    return `it came back in term ${event.term}, having been in ${server.term}`;
  server.role = 'follower';
  server.term = event.term;
  server.votedFor = voteOf(event);
  server.commitIndex = event.commit;
  server.log.length = Math.min(server.log.length, event.lastIndex);
  server.match.clear();
  server.granted.clear();
  actor.appends = 0;
  return count(judge, 'Restart');
}

function campaign(judge: EtcdJudge, { server }: Actor): string | null {
  if (server.role === 'leader') return 'a leader campaigned';
  server.role = 'candidate';
  server.term += 1;
  server.votedFor = server.id;
  server.granted.clear();
  server.granted.add(server.id);
  server.refused.clear();
  return count(judge, 'Timeout');
}

function majority(voters: readonly string[], has: (id: string) => boolean): boolean {
  return voters.filter(has).length * 2 > voters.length;
}

function quorum({ voters, outgoing }: Actor, has: (id: string) => boolean): boolean {
  return majority(voters, has) && (outgoing.length === 0 || majority(outgoing, has));
}

function lead(judge: EtcdJudge, actor: Actor): string | null {
  const { server } = actor;
  if (server.role !== 'candidate') return 'it became leader without having been a candidate';
  if (!quorum(actor, (id) => server.granted.has(id))) {
    return `it became leader with the votes of ${[...server.granted].join(', ')}`;
  }
  server.role = 'leader';
  server.match.clear();
  return count(judge, 'BecomeLeader');
}

/** Often the receipt before did it already; of itself a server only leaves office in its term. */
function stepDown(judge: EtcdJudge, { server }: Actor, event: EtcdEvent): string | null {
  if (server.role === 'follower') return null;
  if (event.term !== server.term) return `it went to term ${event.term} for no message`;
  server.role = 'follower';
  return count(judge, 'StepDown');
}

function advance(judge: EtcdJudge, actor: Actor, event: EtcdEvent): string | null {
  const { server } = actor;
  if (event.commit === server.commitIndex) return null;
  if (server.role !== 'leader') return 'only a leader commits by counting';
  const { commit } = event;
  if (!quorum(actor, (id) => (server.match.get(id) ?? 0) >= commit)) {
    return `it committed index ${commit}, which no quorum is known to hold`;
  }
  const term = termAt(server.log, commit);
  if (term !== server.term)
    return `it committed index ${commit} of term ${term ?? 'none'} by counting`;
  server.commitIndex = commit;
  return count(judge, 'AdvanceCommitIndex');
}
