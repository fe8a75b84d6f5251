/** Sentences about what is beyond plain Raft: pre-votes, snapshots, handing over, reads, changes. */
import { configurationText, wishText } from '../trace/render-message.ts';
import type {
  DeliverRecord,
  FeatureMessage,
  MessageRecord,
  OperateRecord,
  ToldRecord,
  TraceRecord,
} from '../trace/record.ts';
import type { Draft } from './draft.ts';
import { foldText, plain } from './draft.ts';
import { commitPhrase, effectsOf, rolePhrase } from './effects.ts';
import type { Scene } from './election.ts';
import { clean, joined } from './words.ts';

function replied(scene: Scene, kind: MessageRecord['kind']): MessageRecord | null {
  for (const effect of scene.step.effects) {
    if (effect.kind === 'send' && effect.message.kind === kind) return effect.message;
  }
  return null;
}

/** What the message means to its receiver; empty: nothing worth a line of its own. */
function meaning(scene: Scene, message: FeatureMessage): string {
  switch (message.kind) {
    case 'PreVote': {
      const reply = replied(scene, 'PreVoteReply');
      if (reply?.kind !== 'PreVoteReply') return '';
      const would = reply.granted ? 'would vote' : 'would not vote';
      return `${would} for ${message.from} in term ${message.term}`;
    }
    case 'PreVoteReply':
      return message.granted ? '' : `hears that ${message.from} would not vote for it`;
    case 'InstallSnapshot': {
      const what = message.done ? 'the last piece' : 'a piece';
      return `gets ${what} of ${message.from}'s snapshot to ${message.lastIndex}`;
    }
    case 'InstallSnapshotReply':
      return message.matchIndex > 0
        ? `hears that ${message.from} has everything up to ${message.matchIndex}`
        : '';
    case 'TimeoutNow':
      return `is told by ${message.from} to take over`;
    case 'ReadIndex':
      return `is asked by ${message.from} how far a read needs`;
    case 'ReadIndexReply':
      return message.index < 0
        ? `hears that ${message.from} does not lead`
        : `may read once it has applied ${message.index}`;
  }
}

/** One of the messages that plain Raft does not have arrived. */
export function tellMatter(
  scene: Scene,
  found: { readonly record: DeliverRecord; readonly message: FeatureMessage },
): Draft | null {
  const { record, message } = found;
  const server = scene.picture.servers.get(record.to);
  if (server === undefined) return null;
  const { state, commit } = effectsOf(scene.step);
  const phrases = [meaning(scene, message), rolePhrase(server, state)].filter(
    (each) => each !== '',
  );
  if (commit !== null) phrases.push(commitPhrase(server, commit));
  if (phrases.length === 0) return null;
  const line = { at: record.at, seq: record.seq, actors: [record.to] };
  return plain({ ...line, text: `${record.to} ${joined(phrases)}` });
}

/** An asynchronous disk spoke; telling is only worth a line when something came of it. */
function tellTold(scene: Scene, record: ToldRecord): Draft | null {
  const server = scene.picture.servers.get(record.server);
  const { state, commit } = effectsOf(scene.step);
  if (server === undefined || (state === null && commit === null)) return null;
  const phrases = [rolePhrase(server, state)].filter((each) => each !== '');
  if (commit !== null) phrases.push(commitPhrase(server, commit));
  const line = { at: record.at, seq: record.seq, actors: [record.server] };
  return plain({ ...line, text: `${record.server} hears from its disk and ${joined(phrases)}` });
}

/** What became of an operator's wish. */
function answerOf({ phase, wish, error }: OperateRecord): string {
  const what = clean(wishText(wish), 120);
  switch (phase) {
    case 'invoke':
      return `asks for ${what}`;
    case 'ok':
      return `is told that ${what} is done`;
    case 'fail':
      return `is told no: ${what} (${clean(error ?? '', 60)})`;
    case 'info':
      return `never hears what became of ${what}`;
  }
}

/** Steps whose root plain Raft does not know; null: nothing to tell. */
export function tellOther(scene: Scene, root: TraceRecord): Draft | null {
  if (root.kind === 'told') return tellTold(scene, root);
  if (root.kind !== 'operate') return null;
  const who = clean(root.client, 20);
  return plain({ at: root.at, seq: root.seq, actors: [who], text: `${who} ${answerOf(root)}` });
}

/** What else a step did that is news whatever brought it about. */
function news(effect: TraceRecord): string {
  switch (effect.kind) {
    case 'configure':
      return `goes by ${clean(configurationText(effect.configuration), 120)}`;
    case 'restore':
      return `restores the state of the snapshot to ${effect.index}`;
    case 'serve':
      return `serves a read by ${effect.via} as of ${effect.appliedIndex}`;
    case 'operate':
      return answerOf(effect);
    case 'write':
      return effect.snapshot === null ? '' : `keeps a snapshot to ${effect.snapshot.index}`;
    default:
      return '';
  }
}

/** The line of a step, with its news; a line that would be folded stands alone with them. */
export function withNews(scene: Scene, draft: Draft | null): Draft | null {
  const phrases = scene.step.effects.map(news).filter((each) => each !== '');
  if (phrases.length === 0) return draft;
  if (draft !== null) {
    const { at, seq, mark, actors, fold } = draft;
    const text = `${fold === null ? draft.text : foldText(fold)}, ${joined(phrases)}`;
    return plain({ at, seq, mark, actors, text });
  }
  const { root } = scene.step;
  const server = 'server' in root ? root.server : 'to' in root ? root.to : '';
  const line = { at: root.at, seq: root.seq, actors: [server] };
  return plain({ ...line, text: `${server} ${joined(phrases)}` });
}
