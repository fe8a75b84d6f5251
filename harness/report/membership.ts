/** Who takes part, and what an operator wants changed, in words. */
import { sameConfiguration } from '../check/members.ts';
import type { Configuration, OperateRecord } from '../trace/record.ts';
import type { ServerPicture } from './picture.ts';
import { clean, crowd, joined } from './words.ts';

type Wish = OperateRecord['wish'];
type Change = Extract<Wish, { kind: 'reconfigure' }>['changes'][number];

function names(ids: readonly string[]): string {
  return crowd(ids.map((id) => clean(id, 20)));
}

/** `S1, S4 and S5, jointly with S1–S3 (learning: S6)` */
function partsText({ voters, outgoing, learners, learnersNext }: Configuration): string {
  const old = outgoing.length === 0 ? '' : `, jointly with ${names(outgoing)}`;
  const pupils = [...learners, ...learnersNext];
  const learning = pupils.length === 0 ? '' : ` (learning: ${names(pupils)})`;
  return `${names(voters)}${old}${learning}`;
}

/** `goes by the voters S1–S4`; empty when the server did so before. */
export function goesBy(server: ServerPicture | undefined, now: Configuration): string {
  if (server !== undefined && sameConfiguration(server.configuration, now)) return '';
  return `goes by the voters ${partsText(now)}`;
}

function changeText({ kind, server }: Change): string {
  const who = clean(server, 20);
  switch (kind) {
    case 'addVoter':
      return `add ${who} as a voter`;
    case 'addLearner':
      return `add ${who} as a learner`;
    case 'remove':
      return `remove ${who}`;
  }
}

/** An operator's wish after `asks to`: `add S4 as a voter and remove S2, jointly`. */
export function wishPhrase(wish: Wish): string {
  if (wish.kind === 'transfer') return `hand the leadership to ${clean(wish.target, 20)}`;
  const what = wish.changes.length === 0 ? 'change nothing' : joined(wish.changes.map(changeText));
  return wish.transition === 'joint' ? `${what}, jointly` : what;
}

/** The usual operator is a person, other clients have names. */
export function operatorName(client: string): string {
  return client === 'operator' ? 'the operator' : client;
}

/** What a server that does not vote is, or empty for one that does. */
export function standing({ id, configuration }: ServerPicture): string {
  const { voters, outgoing, learners, learnersNext } = configuration;
  if (voters.includes(id) || outgoing.includes(id)) return '';
  return learners.includes(id) || learnersNext.includes(id) ? 'learner' : 'outsider';
}
