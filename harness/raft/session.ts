/** A client's session: which serials were answered, and how (dissertation 6.3). */
import type { SessionId } from './entry.ts';
import type { Answer } from './message.ts';
import type { Node, Session } from './node.ts';

export function newSession(used = 0): Session {
  return { used, acknowledged: 0, serials: [], answers: [] };
}

/** The sessions by their last use, the oldest first; those never used as they came. */
export function byUse({ sessions }: Node): readonly (readonly [SessionId, Session])[] {
  return [...sessions].sort(([, left], [, right]) => left.used - right.used);
}

/** The session whose last use lies longest ago; undefined when there is none. */
export function leastUsed({ sessions }: Node): SessionId | undefined {
  let least: SessionId | undefined;
  let used = Infinity;
  for (const [id, session] of sessions) {
    if (session.used >= used) continue;
    least = id;
    ({ used } = session);
  }
  return least;
}

/** Answers that a session keeps at most, for clients that never say what they have seen. */
export const answersMax = 1_024;

/** The answer kept for a serial, or null. */
export function answerTo(session: Session, serial: number): Answer | null {
  const { serials, answers } = session;
  for (let at = 0; at < serials.length; at += 1) {
    if (serials[at] === serial) return answers[at] ?? null;
  }
  return null;
}

export function keepAnswer(session: Session, serial: number, answer: Answer): void {
  session.serials.push(serial);
  session.answers.push(answer);
  if (session.serials.length > answersMax) forgetAnswers(session, Math.min(...session.serials));
}

/** The client has seen every answer up to `acknowledged`: they may go. */
export function forgetAnswers(session: Session, acknowledged: number): void {
  if (acknowledged <= session.acknowledged) return;
  session.acknowledged = acknowledged;
  const { serials, answers } = session;
  let kept = 0;
  for (let at = 0; at < serials.length; at += 1) {
    const serial = serials[at];
    const answer = answers[at];
    if (serial === undefined || answer === undefined || serial <= acknowledged) continue;
    serials[kept] = serial;
    answers[kept] = answer;
    kept += 1;
  }
  while (serials.length > kept) {
    serials.pop();
    answers.pop();
  }
}
