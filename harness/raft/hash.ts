/** 32-bit hashes of entries and states: quick, the same everywhere, not meant against forgers. */
import type { Configuration, Json, Payload } from './entry.ts';
import type { Answer } from './message.ts';

/** Stirs one 32-bit integer into a hash. */
export function mix(hash: number, value: number): number {
  const stirred = Math.imul(hash ^ value, 0x9e3779b1);
  return (stirred ^ (stirred >>> 15)) >>> 0;
}

function mixText(hash: number, text: string): number {
  let mixed = mix(hash, text.length);
  for (let at = 0; at < text.length; at += 1) mixed = mix(mixed, text.charCodeAt(at));
  return mixed;
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value);
}

/** Stirs any JSON value in; the order of an object's keys counts. */
export function mixJson(hash: number, value: Json): number {
  if (typeof value === 'string') return mixText(mix(hash, 1), value);
  if (typeof value === 'number') return mixNumber(hash, value);
  if (typeof value === 'boolean') return mix(hash, value ? 4 : 5);
  if (value === null) return mix(hash, 6);
  let mixed = hash;
  if (isList(value)) {
    for (let at = 0; at < value.length; at += 1) mixed = mixJson(mix(mixed, at), value[at] ?? null);
    return mix(mixed, 7);
  }
  for (const key of Object.keys(value)) mixed = mixJson(mixText(mixed, key), value[key] ?? null);
  return mix(mixed, 8);
}

/** Only integers of 32 bits survive the mixing whole; others go in as they are written. */
function mixNumber(hash: number, value: number): number {
  return (value | 0) === value ? mix(mix(hash, 2), value) : mixText(mix(hash, 3), String(value));
}

/** An entry's digest: equal for equal index, term and payload. */
export function digestOf(place: { index: number; term: number }, payload: Payload): number {
  const hash = mix(mix(0, place.index), place.term);
  switch (payload.kind) {
    case 'noop':
      return mix(hash, 1);
    case 'register':
      return mixText(mix(hash, 2), payload.client);
    case 'configuration':
      return mixConfiguration(mix(hash, 4), payload.configuration);
    case 'command': {
      const sent = mix(mixText(mix(hash, 3), payload.session), payload.serial);
      return mixJson(mix(sent, payload.acknowledged), payload.command);
    }
  }
}

function mixConfiguration(hash: number, configuration: Configuration): number {
  const { voters, outgoing, learners, learnersNext } = configuration;
  return mixJson(hash, [voters, outgoing, learners, learnersNext]);
}

/** The state digest after an entry with this digest came to this answer. */
export function mixApplied(
  hash: number,
  applied: { digest: number; answer: Answer | null },
): number {
  const mixed = mix(hash, applied.digest);
  return applied.answer === null ? mix(mixed, 9) : mixAnswer(mixed, applied.answer);
}

function mixAnswer(hash: number, answer: Answer): number {
  switch (answer.kind) {
    case 'done':
      return mixJson(mix(hash, 10), answer.result);
    case 'refused':
      return mixText(mix(hash, 11), answer.reason);
    case 'registered':
      return mixText(mix(hash, 12), answer.session);
    case 'sessionExpired':
      return mix(hash, 13);
    case 'busy':
      return mix(hash, 15);
    case 'notLeader':
      return mix(hash, 14);
  }
}
