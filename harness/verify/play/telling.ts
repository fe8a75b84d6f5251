/** What happens on the stage, in words: one line a message, an effect, a server. */
import type { Configuration, Entry } from '../../raft/entry.ts';
import type { ClientReply, RaftMessage } from '../../raft/message.ts';
import type { Node } from '../../raft/node.ts';
import type { Effect } from '../../raft/step.ts';
import type { MessageRecord } from '../../trace/record.ts';
import { compact, configurationText, messageText } from '../../trace/render-message.ts';

/** A message that leaves, or is lost because its link is cut. */
export function linkText(message: RaftMessage | ClientReply, isCut: boolean): string {
  const lost = isCut ? ' (lost)' : '';
  return `${message.from} -> ${message.to}  ${messageText(asRecord(message))}${lost}`;
}

/** A trace tells of a piece of a snapshot only how long it is. */
function asRecord(message: RaftMessage | ClientReply): MessageRecord {
  if (message.kind !== 'InstallSnapshot') return message;
  const { data, ...rest } = message;
  return { ...rest, dataLength: data.length };
}

/** What a server did besides sending; null for what the lines about servers show. */
export function effectText(id: string, effect: Effect): string | null {
  switch (effect.kind) {
    case 'apply': {
      const again = effect.repeated ? ' (known: nothing runs)' : '';
      return `${id} applies ${entryText(effect.entry)}${again}`;
    }
    case 'restore':
      return `${id} takes over the snapshot to ${effect.snapshot.index}@${effect.snapshot.term}`;
    case 'serve':
      return `${id} serves read #${effect.serial} by ${effect.via} at ${effect.readIndex}`;
    case 'persist': {
      const { snapshot } = effect.write;
      if (snapshot === null) return null;
      return `${id} keeps a snapshot to ${snapshot.snapshot.index}@${snapshot.snapshot.term}`;
    }
    case 'send':
    case 'answer':
    case 'arm':
    case 'disarm':
      return null;
  }
}

/** `4@2 set x = 1`. */
function entryText({ index, term, payload }: Entry): string {
  const place = `${index}@${term}`;
  switch (payload.kind) {
    case 'noop':
      return `${place} no-op`;
    case 'register':
      return `${place} session for ${payload.client}`;
    case 'configuration':
      return `${place} configuration ${configurationText(payload.configuration)}`;
    case 'command': {
      const { f, key, value } = payload.command;
      const words = [f, key].filter((word) => typeof word === 'string').join(' ');
      return `${place} ${words}${value === undefined ? '' : ` = ${compact(value)}`}`;
    }
  }
}

const same = (a: readonly string[], b: readonly string[]): boolean => a.join() === b.join();

function isInitial(node: Node, { voters, outgoing, learners }: Configuration): boolean {
  const { options } = node;
  return same(voters, options.servers) && outgoing.length === 0 && same(learners, options.learners);
}

/** A server in one line: role, term, vote, log by its terms, commit index, configuration. */
export function serverText(node: Node): string {
  const { role, term, votedFor, leader, log, baseIndex, baseTerm, commitIndex } = node;
  const base = baseIndex === 0 ? [] : [`(to ${baseIndex}@${baseTerm})`];
  const terms = [...base, ...log.map((entry) => String(entry.term))];
  const parts = [
    `${role}`,
    `term ${term}`,
    votedFor === null ? 'no vote' : `vote ${votedFor}`,
    ...(leader === null || role === 'leader' ? [] : [`follows ${leader}`]),
    `log ${terms.length === 0 ? 'empty' : terms.join(' ')}`,
    `commit ${commitIndex}`,
  ];
  const configuration = node.configurations.at(-1)?.configuration;
  if (configuration !== undefined && !isInitial(node, configuration)) {
    parts.push(`voters ${configurationText(configuration)}`);
  }
  if (node.leaseHeld) parts.push('lease');
  return parts.join(', ');
}

const applies = /^(\S+) applies (\d+@\d+) /u;
const foldedFrom = 3;

/** Long runs of applied entries in one line: `S2 applies 1@1 to 11@8`. */
export function folded(lines: readonly string[]): readonly string[] {
  const out: string[] = [];
  for (let at = 0; at < lines.length;) {
    const run = runAt(lines, at);
    const [first, last] = [applies.exec(lines[at] ?? ''), applies.exec(lines[at + run - 1] ?? '')];
    if (run < foldedFrom || first === null || last === null) out.push(...lines.slice(at, at + run));
    else out.push(`${first[1] ?? ''} applies ${first[2] ?? ''} to ${last[2] ?? ''}`);
    at += run;
  }
  return out;
}

/** How many lines from here on tell of one server that applies; at least 1. */
function runAt(lines: readonly string[], from: number): number {
  const server = applies.exec(lines[from] ?? '')?.[1];
  if (server === undefined) return 1;
  let at = from + 1;
  while (applies.exec(lines[at] ?? '')?.[1] === server) at += 1;
  return at - from;
}
