/**
 * The stream of simpler scenarios: a pure function of a scenario and the place to go on from, so
 * that a recorded path leads to the same candidate again without running any.
 */
import { isSound } from '../../harness/world/first-disks.ts';
import type { Scenario } from '../../harness/world/scenario.ts';
import { actionsOf, withAction, withActions, withoutActions } from './actions.ts';
import { fields, halfway, leastNumber, numberIn, withNumber } from './fields.ts';
import type { Field } from './fields.ts';
import type { Place } from './place.ts';
import { simplifications } from './simplify.ts';

export interface Candidate {
  readonly scenario: Scenario;
  /** Where to go on from if the candidate is accepted. */
  readonly place: Place;
}

type In<Phase extends Place['phase']> = Extract<Place, { readonly phase: Phase }>;

/** Pairs are tried only in lists this short: their number grows with the square. */
const longestForTwos = 16;

/** Everything to try from here, simplest gain first; ends when a whole round gained nothing. */
export function* candidates(scenario: Scenario, from: Place): Generator<Candidate, undefined> {
  let place: Place | undefined = from;
  while (place !== undefined) {
    switch (place.phase) {
      case 'config':
        yield* configured(scenario, place);
        place = deletionAfter(scenario, place);
        break;
      case 'delete':
        yield* deleted(scenario, place);
        place = { phase: 'twos', changed: place.changed };
        break;
      case 'twos':
        yield* deletedByTwos(scenario);
        place = fieldsFrom(0, 0, place.changed);
        break;
      case 'fields':
        yield* simplified(scenario, place);
        place = place.changed ? { phase: 'config', next: 0, first: false } : undefined;
        break;
      default:
        place = unreachable(place);
    }
  }
  return undefined;
}

function countOf(scenario: Scenario): number {
  const { operations, operator } = scenario.workload;
  return scenario.faults.length + operations.length + operator.length;
}

function deletionAfter(scenario: Scenario, { first }: In<'config'>): Place {
  const end = countOf(scenario);
  const largest = 2 ** Math.floor(Math.log2(Math.max(1, end)));
  return { phase: 'delete', size: first ? largest : 1, end, hit: false, changed: false };
}

function fieldsFrom(action: number, field: number, changed: boolean): In<'fields'> {
  return { phase: 'fields', action, field, low: leastNumber, tried: false, changed };
}

function* configured(scenario: Scenario, place: In<'config'>): Generator<Candidate> {
  const sound = isSound(scenario);
  for (let i = place.next; i < simplifications.length; i++) {
    const simpler = simplifications[i]?.(scenario);
    if (simpler === undefined || (sound && !isSound(simpler))) continue;
    yield { scenario: simpler, place: { ...place, next: i + 1 } };
  }
}

/** Chunks from back to front, so that what lies before a deleted chunk keeps its index. */
function* deleted(scenario: Scenario, place: In<'delete'>): Generator<Candidate> {
  let { size, end, hit } = place;
  for (;;) {
    while (end > 0) {
      const begin = Math.max(0, end - size);
      yield {
        scenario: withoutActions(scenario, begin, end),
        place: { phase: 'delete', size, end: begin, hit: true, changed: true },
      };
      end = begin;
    }
    if (size > 1) size >>>= 1;
    else if (hit) hit = false;
    else return;
    end = countOf(scenario);
  }
}

function* deletedByTwos(scenario: Scenario): Generator<Candidate> {
  const actions = actionsOf(scenario);
  if (actions.length > longestForTwos) return;
  for (let i = actions.length - 1; i > 0; i--) {
    for (let j = i - 1; j >= 0; j--) {
      const rest = actions.filter((_, k) => k !== i && k !== j);
      yield {
        scenario: withActions(scenario, rest),
        place: { phase: 'delete', size: 1, end: rest.length, hit: true, changed: true },
      };
    }
  }
}

function* simplified(scenario: Scenario, place: In<'fields'>): Generator<Candidate> {
  const count = countOf(scenario);
  let current = place;
  for (let action = place.action; action < count; action++) {
    const firstField = action === place.action ? place.field : 0;
    for (let i = firstField; i < fields.length; i++) {
      const field = fields[i];
      if (field === undefined) continue;
      if (action !== current.action || i !== current.field) {
        current = fieldsFrom(action, i, place.changed);
      }
      yield* inField(scenario, field, current);
    }
  }
}

function* inField(scenario: Scenario, field: Field, at: In<'fields'>): Generator<Candidate> {
  const actions = actionsOf(scenario);
  const action = actions[at.action];
  if (action === undefined) return;
  if (field.kind === 'choice') {
    const simpler = field.choice(actions, at.action);
    if (simpler === undefined) return;
    const place = fieldsFrom(at.action, at.field + 1, true);
    yield { scenario: withAction(scenario, at.action, simpler), place };
    return;
  }
  const high = numberIn(action, field.name);
  if (high === undefined || high <= leastNumber) return;
  if (!at.tried) {
    const simpler = withNumber(action, field.name, leastNumber);
    const place = fieldsFrom(at.action, at.field + 1, true);
    yield { scenario: withAction(scenario, at.action, simpler), place };
  }
  let { low } = at;
  let middle = halfway(low, high);
  while (middle !== undefined) {
    const simpler = withNumber(action, field.name, middle);
    const place: Place = { ...at, low, tried: true, changed: true };
    yield { scenario: withAction(scenario, at.action, simpler), place };
    low = middle;
    middle = halfway(low, high);
  }
}

function unreachable(value: never): never {
  throw new Error(`no such phase: ${String(value)}`);
}
