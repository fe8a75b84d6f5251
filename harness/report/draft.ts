/** A line of the story before folding: lines that say the same of several servers become one. */
import { crowd, span } from './words.ts';

export type Mark = ' ' | '⚠' | '✖' | '✓';

export interface Draft {
  at: number;
  readonly seq: number;
  mark: Mark;
  /** Whom the line is about: no later line is folded into it once one of these has acted. */
  readonly actors: readonly string[];
  /** The text, or how to make it when the line is folded. */
  text: string;
  readonly fold: Fold | null;
}

export type Fold =
  | {
      readonly kind: 'append';
      readonly leader: string;
      readonly term: number;
      readonly servers: readonly string[];
      readonly from: number;
      readonly to: number;
      /** What they commit by it, as `4–5`, or nothing. */
      readonly commits: string;
    }
  | { readonly kind: 'commit'; readonly servers: readonly string[]; readonly index: number }
  | {
      readonly kind: 'match';
      readonly leader: string;
      readonly servers: readonly string[];
      readonly index: number;
      readonly term: number;
    }
  | {
      readonly kind: 'heartbeat';
      readonly leader: string;
      readonly count: number;
      readonly servers: readonly string[];
    }
  /** A vote given, to be joined with the line that counts it: `input` is the step that gave it. */
  | {
      readonly kind: 'grant';
      readonly voter: string;
      readonly input: number;
      readonly text: string;
    }
  | {
      readonly kind: 'count';
      readonly voter: string;
      readonly input: number;
      readonly merged: string;
    }
  | {
      readonly kind: 'refuse';
      readonly servers: readonly string[];
      /** What they refuse, and why. */
      readonly rest: string;
    }
  /** An acknowledgement that made the leader commit; later ones of the same are added. */
  | {
      readonly kind: 'majority';
      readonly leader: string;
      readonly index: number;
      readonly term: number;
      readonly text: string;
      readonly later: readonly string[];
    }
  /** Elections that one server began, one after another. */
  | {
      readonly kind: 'candidacy';
      readonly server: string;
      readonly from: number;
      readonly to: number;
      readonly count: number;
      readonly text: string;
    }
  /** Messages of one kind that one server sent in vain. */
  | {
      readonly kind: 'loss';
      readonly sender: string;
      readonly servers: readonly string[];
      /** What goes with what: same kind, same term, same reason. */
      readonly key: string;
      readonly what: string;
      /** Indices of entries, when the message carries some. */
      readonly entries: { readonly from: number; readonly to: number } | null;
      readonly reason: string;
      readonly count: number;
    }
  | {
      readonly kind: 'follow';
      readonly servers: readonly string[];
      readonly leader: string;
      readonly term: number;
    };

function plural(servers: readonly string[], verb: string): string {
  return servers.length === 1 ? `${verb}s` : verb;
}

function lossText(fold: Extract<Fold, { kind: 'loss' }>): string {
  const { entries, sender, servers, count } = fold;
  const one = entries?.from === entries?.to;
  const what = entries === null ? fold.what : `${one ? 'entry' : 'entries'} ${span(entries)}`;
  const times = count > 1 ? ` (×${count})` : '';
  return `${sender} → ${crowd(servers)}: ${what} ↯ not reached: ${fold.reason}${times}`;
}

function majorityText({ text, later }: Extract<Fold, { kind: 'majority' }>): string {
  if (later.length === 0) return text;
  return `${text}; ${crowd(later)} ${plural(later, 'acknowledge')} it later`;
}

function candidacyText(fold: Extract<Fold, { kind: 'candidacy' }>): string {
  if (fold.count === 1) return fold.text;
  const fires = `${fold.server}'s election timer fires ${fold.count} times`;
  return `${fires} → candidate, terms ${span(fold)}, votes for itself`;
}

/** The sentence of a foldable line. */
export function foldText(fold: Fold): string {
  switch (fold.kind) {
    case 'append': {
      const append = `${crowd(fold.servers)} ${plural(fold.servers, 'append')} ${span(fold)}`;
      const commit =
        fold.commits === '' ? '' : `, ${plural(fold.servers, 'commit')} ${fold.commits}`;
      return `${append} (T${fold.term}) from ${fold.leader}${commit}`;
    }
    case 'commit':
      return `${crowd(fold.servers)} ${plural(fold.servers, 'commit')} up to ${fold.index}`;
    case 'match':
      return `${crowd(fold.servers)} ${plural(fold.servers, 'acknowledge')} up to ${
        fold.index
      } to ${fold.leader}`;
    case 'heartbeat':
      return `${fold.count} ${fold.count === 1 ? 'heartbeat' : 'heartbeats'} ${
        fold.leader
      } → ${crowd(fold.servers)}, nothing changes`;
    case 'grant':
      return fold.text;
    case 'count':
      return fold.merged;
    case 'majority':
      return majorityText(fold);
    case 'candidacy':
      return candidacyText(fold);
    case 'loss':
      return lossText(fold);
    case 'refuse':
      return `${crowd(fold.servers)} ${plural(fold.servers, 'refuse')} ${fold.rest}`;
    case 'follow':
      return `${crowd(fold.servers)} ${plural(fold.servers, 'follow')} ${fold.leader} in term ${
        fold.term
      }`;
  }
}

function united(left: readonly string[], right: readonly string[]): string[] {
  return [...new Set([...left, ...right])].sort();
}

function joinAppend(
  earlier: Extract<Fold, { kind: 'append' }>,
  later: Extract<Fold, { kind: 'append' }>,
): Fold | null {
  if (earlier.leader !== later.leader || earlier.term !== later.term) return null;
  if (earlier.commits !== later.commits) return null;
  if (earlier.from === later.from && earlier.to === later.to) {
    return { ...earlier, servers: united(earlier.servers, later.servers) };
  }
  const sameServer = earlier.servers.join() === later.servers.join();
  return sameServer && later.from === earlier.to + 1 ? { ...earlier, to: later.to } : null;
}

/** Folds of one key go together; null for those that never do. */
function keyOf(fold: Fold): string | null {
  switch (fold.kind) {
    case 'commit':
      return `commit ${fold.index}`;
    case 'match':
      return `match ${fold.leader} ${fold.index}`;
    case 'heartbeat':
      return `heartbeat ${fold.leader}`;
    case 'refuse':
      return `refuse ${fold.rest}`;
    case 'follow':
      return `follow ${fold.leader} ${fold.term}`;
    case 'loss':
      return `loss ${fold.key}`;
    case 'append':
    case 'grant':
    case 'count':
    case 'majority':
    case 'candidacy':
      return null;
  }
}

type Loss = Extract<Fold, { kind: 'loss' }>;

/** One line for both: everybody, everything, so many times. */
export function joinLosses(earlier: Loss, later: Loss): Loss {
  const servers = united(earlier.servers, later.servers);
  const [one, other] = [earlier.entries, later.entries];
  const entries =
    one === null || other === null
      ? null
      : { from: Math.min(one.from, other.from), to: Math.max(one.to, other.to) };
  return { ...earlier, servers, entries, count: earlier.count + later.count };
}

/** A late acknowledgement joins the one that was enough. */
function joinLate(earlier: Extract<Fold, { kind: 'majority' }>, later: Fold): Fold | null {
  if (later.kind !== 'match') return null;
  const { leader, index, term } = earlier;
  if (later.leader !== leader || later.index !== index || later.term !== term) return null;
  return { ...earlier, later: united(earlier.later, later.servers) };
}

function joinCandidacy(earlier: Extract<Fold, { kind: 'candidacy' }>, later: Fold): Fold | null {
  if (later.kind !== 'candidacy' || later.server !== earlier.server) return null;
  return { ...earlier, to: later.to, count: earlier.count + later.count };
}

/** One fold for both, or null when they do not go together. */
function joinFolds(earlier: Fold, later: Fold): Fold | null {
  switch (earlier.kind) {
    case 'grant':
      return later.kind === 'count' && later.input === earlier.input ? later : null;
    case 'append':
      return later.kind === 'append' ? joinAppend(earlier, later) : null;
    case 'majority':
      return joinLate(earlier, later);
    case 'candidacy':
      return joinCandidacy(earlier, later);
    case 'count':
      return null;
    default:
      return joinAlike(earlier, later);
  }
}

type Crowded = Extract<
  Fold,
  { kind: 'commit' | 'match' | 'heartbeat' | 'loss' | 'refuse' | 'follow' }
>;

/** Lines that say the same of other servers. */
function joinAlike(earlier: Crowded, later: Fold): Fold | null {
  const key = keyOf(later);
  if (key === null || key !== keyOf(earlier) || !('servers' in later)) return null;
  if (earlier.kind === 'loss' && later.kind === 'loss') return joinLosses(earlier, later);
  // Who refuses once more gets a line of its own, so that repetitions can be counted.
  const again = later.servers.some((server) => earlier.servers.includes(server));
  if (earlier.kind === 'refuse' && again) return null;
  const servers = united(earlier.servers, later.servers);
  if (earlier.kind !== 'heartbeat' || later.kind !== 'heartbeat') return { ...earlier, servers };
  return { ...earlier, servers, count: earlier.count + later.count };
}

/** A plain line. */
export function plain(
  line: Pick<Draft, 'at' | 'seq' | 'actors' | 'text'> & { readonly mark?: Mark },
): Draft {
  return { mark: ' ', ...line, fold: null };
}

/** A line that may be folded with its like. */
export function foldable(
  line: Pick<Draft, 'at' | 'seq' | 'actors'> & { readonly fold: Fold; readonly mark?: Mark },
): Draft {
  return { mark: ' ', ...line, text: foldText(line.fold) };
}

/** May lines with this fold be joined although they bear this mark? */
function isFoldable(draft: Draft): boolean {
  return draft.mark === ' ' || (draft.fold?.kind === 'loss' && draft.mark === '⚠');
}

/** Whose deeds the line may not overtake: a loss and a late acknowledgement change nobody. */
function bound(draft: Draft, earlier: Draft): readonly string[] {
  const { fold } = draft;
  if (fold?.kind === 'loss') return [];
  if (fold?.kind === 'match' && earlier.fold?.kind !== 'match') return [];
  return fold?.kind === 'count' ? [fold.voter] : draft.actors;
}

/** May `later` move up to `earlier` without overtaking anything one of its actors did? */
function partner(drafts: readonly Draft[], later: Draft): number {
  if (later.fold === null) return -1;
  if (!isFoldable(later) && later.fold.kind !== 'count') return -1;
  for (let index = drafts.length - 1; index >= 0; index -= 1) {
    const earlier = drafts[index];
    if (earlier === undefined) return -1;
    if (earlier.fold !== null && isFoldable(earlier) && joinFolds(earlier.fold, later.fold)) {
      return index;
    }
    const counting = later.fold.kind === 'count';
    if (counting && earlier.fold?.kind === 'grant') continue;
    const own = bound(later, earlier);
    if (earlier.actors.some((actor) => own.includes(actor))) return -1;
  }
  return -1;
}

/** `refuses … (×6)` for lines that repeat word for word. */
function repeated(drafts: readonly Draft[]): Draft[] {
  const out: { draft: Draft; times: number }[] = [];
  for (const draft of drafts) {
    const last = out.at(-1);
    const same = last?.draft.text === draft.text && last.draft.mark === draft.mark;
    if (last !== undefined && same) last.times += 1;
    else out.push({ draft, times: 1 });
  }
  return out.map(({ draft, times }) =>
    times === 1 ? draft : { ...draft, text: `${draft.text} (×${times})` },
  );
}

/** Folds lines in order. A counted vote swallows its granting and stands where it was counted. */
export function foldDrafts(drafts: readonly Draft[]): Draft[] {
  const out: Draft[] = [];
  for (const draft of drafts) {
    const index = partner(out, draft);
    const earlier = out[index];
    const fold = earlier?.fold && draft.fold !== null ? joinFolds(earlier.fold, draft.fold) : null;
    if (earlier === undefined || fold === null) {
      out.push(draft);
      continue;
    }
    if (fold.kind === 'count') {
      out.splice(index, 1);
      out.push({ ...draft, text: fold.merged });
      continue;
    }
    const actors = united(earlier.actors, draft.actors);
    out[index] = { ...earlier, actors, fold, text: foldText(fold) };
  }
  return repeated(out);
}
