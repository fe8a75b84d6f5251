/** Sentences about what is beyond plain Raft: pre-votes, snapshots, handing over, reads, changes. */
import type {
  DeliverRecord,
  FeatureMessage,
  MessageRecord,
  OperateRecord,
  StateRecord,
  ToldRecord,
  TraceRecord,
} from '../trace/record.ts';
import type { Draft } from './draft.ts';
import { foldText, plain } from './draft.ts';
import { commitPhrase, effectsOf, rolePhrase } from './effects.ts';
import type { Scene } from './election.ts';
import { goesBy, operatorName, wishPhrase } from './membership.ts';
import type { ServerPicture } from './picture.ts';
import { votesText } from './votes.ts';
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

/** The word that was still missing for a candidacy. */
function preVoteWon(message: FeatureMessage, state: StateRecord | null): string {
  if (message.kind !== 'PreVoteReply' || !message.granted || state === null) return '';
  return `hears that ${message.from} would vote for it`;
}

/** A candidacy that no timer began, with the vote it begins with. */
function candidacy(server: ServerPicture, state: StateRecord | null): string {
  if (state?.role !== 'candidate' || state.term === server.term) return '';
  const own = state.votedFor === server.id ? [server.id] : [];
  const votes = votesText(server.configuration, new Set(own));
  return `stands for term ${state.term}, votes for itself (${votes})`;
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
  const phrases = [
    preVoteWon(message, state) || meaning(scene, message),
    candidacy(server, state) || rolePhrase(server, state),
  ].filter((each) => each !== '');
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
  const what = wishPhrase(wish);
  switch (phase) {
    case 'invoke':
      return `asks to ${what}`;
    case 'ok':
      return `is told: done (${what})`;
    case 'fail':
      return `is told no: ${clean(error ?? '', 60)} (${what})`;
    case 'info':
      return `never hears what became of its wish (${what})`;
  }
}

/** Steps whose root plain Raft does not know; null: nothing to tell. */
export function tellOther(scene: Scene, root: TraceRecord): Draft | null {
  if (root.kind === 'told') return tellTold(scene, root);
  if (root.kind !== 'operate') return null;
  const who = clean(root.client, 20);
  const text = `${operatorName(who)} ${answerOf(root)}`;
  return plain({ at: root.at, seq: root.seq, actors: [who], text });
}

/** Who did what, as news beside what the step is about. */
interface News {
  readonly who: string;
  readonly phrase: string;
}

/** Snapshots of one step in one phrase: the last one is kept, and its state may be restored. */
function snapshotNews(effects: readonly TraceRecord[]): readonly News[] {
  const kept = effects.findLast((effect) => effect.kind === 'write' && effect.snapshot !== null);
  const restored = effects.findLast((effect) => effect.kind === 'restore');
  const index = kept?.kind === 'write' ? kept.snapshot?.index : undefined;
  if (restored?.kind === 'restore' && restored.index === index) {
    return [{ who: restored.server, phrase: `keeps the snapshot to ${index} and its state` }];
  }
  return [
    ...(kept?.kind === 'write' && index !== undefined
      ? [{ who: kept.server, phrase: `keeps a snapshot to ${index}` }]
      : []),
    ...(restored?.kind === 'restore'
      ? [
          {
            who: restored.server,
            phrase: `restores the state of the snapshot to ${restored.index}`,
          },
        ]
      : []),
  ];
}

/** What else is news whatever brought it about. */
function newsOf(scene: Scene, effect: TraceRecord): News | null {
  switch (effect.kind) {
    case 'configure': {
      const server = scene.picture.servers.get(effect.server);
      return { who: effect.server, phrase: goesBy(server, effect.configuration) };
    }
    case 'serve': {
      const whose = `${clean(effect.session, 20)}'s read`;
      const phrase = `serves ${whose} as of entry ${effect.appliedIndex}, by ${effect.via}`;
      return { who: effect.server, phrase };
    }
    case 'operate':
      return { who: operatorName(clean(effect.client, 20)), phrase: answerOf(effect) };
    default:
      return null;
  }
}

function allNews(scene: Scene): readonly News[] {
  const { effects } = scene.step;
  const others = effects.flatMap((effect) => newsOf(scene, effect) ?? []);
  return [...snapshotNews(effects), ...others].filter(({ phrase }) => phrase !== '');
}

/** `S1 does this and that; S2 does something else` */
function newsText(news: readonly News[]): string {
  const actors = [...new Set(news.map(({ who }) => who))];
  return actors
    .map((actor) => {
      const phrases = news.filter(({ who }) => who === actor).map(({ phrase }) => phrase);
      return `${actor} ${joined(phrases)}`;
    })
    .join('; ');
}

/** The line of a step, with its news; a line that would be folded stands alone with them. */
export function withNews(scene: Scene, draft: Draft | null): Draft | null {
  const news = allNews(scene);
  const [first] = news;
  if (first === undefined) return draft;
  if (draft !== null) {
    const { at, seq, mark, actors, fold } = draft;
    const told = fold === null ? draft.text : foldText(fold);
    const { who } = first;
    const subject = told.includes('→') ? `→ ${who} ` : `${who} `;
    const goesOn = told.includes(subject) && !told.includes(' and ');
    const text = newsText(news);
    const rest = goesOn && text.startsWith(`${who} `) ? `,${text.slice(who.length)}` : `; ${text}`;
    return plain({ at, seq, mark, actors, text: `${told}${rest}` });
  }
  const { root } = scene.step;
  const server = 'server' in root ? root.server : 'to' in root ? root.to : '';
  return plain({ at: root.at, seq: root.seq, actors: [server], text: newsText(news) });
}
