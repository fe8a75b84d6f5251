/** Reading parts of campaigns: a file that is not what it should be gets one clear error. */
import { UserError } from '../trace/user-error.ts';
import type { Part, PartsDocument } from './parts.ts';
import { partsSchema } from './parts.ts';
import { isRunsHash } from './runs-hash.ts';
import { hashBits } from './states.ts';

type Fields = Readonly<Record<string, unknown>>;

const remedy = 'Name the folder of a campaign, or its chunks.json, as --out was given it';

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const isCount = (value: unknown): value is number => typeof value === 'number' && value >= 0;
const isNumber = (value: unknown): value is number => Number.isFinite(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isTextOrNull = (value: unknown): boolean => value === null || isText(value);

function isList<T>(value: unknown, is: (one: unknown) => one is T): value is readonly T[] {
  return Array.isArray(value) && value.every((one) => is(one));
}

const isCounts = (value: unknown): boolean =>
  isFields(value) && Object.values(value).every(isCount);

function isOrigin(value: unknown): boolean {
  return (
    isFields(value) &&
    isNumber(value['seed']) &&
    isText(value['path']) &&
    isCount(value['run']) &&
    isText(value['strategy'])
  );
}

function isFound(value: unknown): value is Fields {
  if (!isFields(value)) return false;
  const { id, count, first, origin, failure } = value;
  if (!isText(id) || !isCount(count) || !isOrigin(first) || !isOrigin(origin)) return false;
  return isFields(failure) && isText(failure['invariant']) && isText(failure['sentence']);
}

const sums = ['runs', 'failed', 'events', 'messages', 'simMicros', 'unknown'] as const;
const records = ['faults', 'examined', 'planned', 'occasions', 'strategies'] as const;

function isTally(value: unknown): boolean {
  if (!isFields(value) || !sums.every((name) => isCount(value[name]))) return false;
  if (!records.every((name) => isCounts(value[name]))) return false;
  if (!isRunsHash(value['runsHash']) || !isTextOrNull(value['unknownReason'])) return false;
  return isList(value['sometimes'], isCount) && isList(value['found'], isFound);
}

function isCoverage(value: unknown): boolean {
  if (!isFields(value) || !isCounts(value['actions']) || !isCount(value['sampled'])) return false;
  const { states } = value;
  if (!isFields(states) || !isList(states['seen'], isCount)) return false;
  if (!isCount(states['level']) || states['level'] > hashBits) return false;
  return ['changes', 'strikes'].every((name) => isList(value[name], isCount));
}

function isCanary(value: unknown): value is Fields {
  if (!isFields(value) || !isText(value['name']) || !isCount(value['runs'])) return false;
  const { killedAtRun } = value;
  return (killedAtRun === null || isCount(killedAtRun)) && isTextOrNull(value['invariant']);
}

function isPartOf(value: unknown): boolean {
  if (!isFields(value) || !isText(value['subject']) || !isFields(value['options'])) return false;
  const { invariants } = value;
  if (invariants !== null && !isList(invariants, isText)) return false;
  return isNumber(value['seed']) && isText(value['strategy']) && isCount(value['runs']);
}

function isPart(value: unknown): value is Part {
  if (!isFields(value) || !isPartOf(value['of']) || !isList(value['chunks'], isCount)) return false;
  if (typeof value['stopped'] !== 'boolean' || !isCount(value['wallMs'])) return false;
  return (
    isList(value['canaries'], isCanary) && isTally(value['tally']) && isCoverage(value['coverage'])
  );
}

function isDocument(value: Fields): value is Fields & PartsDocument {
  const { whitewater, commit, parts } = value;
  return isText(whitewater) && isTextOrNull(commit) && isList(parts, isPart);
}

/** The document in a text. Throws a `UserError` that names the file. */
export function readParts(text: string, file: string): PartsDocument {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new UserError('it is no JSON, or it is torn', { file, remedy, cause });
  }
  const schema = isFields(value) ? value['schema'] : undefined;
  if (!isFields(value) || schema !== partsSchema) {
    const what = `expected schema "${partsSchema}", found ${JSON.stringify(schema) ?? 'none'}`;
    throw new UserError(what, { file, remedy });
  }
  if (!isDocument(value))
    throw new UserError('its parts are not what they should be', { file, remedy });
  return value;
}
