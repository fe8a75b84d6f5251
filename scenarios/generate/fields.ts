/**
 * The fields of one action, simplified one after another: words and shapes by single candidates,
 * durations by halving, times pulled towards the action before and rounded. The order of the
 * actions never changes; symbolic targets are kept.
 */
import type { Fault, OperatorStep } from '../../harness/world/scenario.ts';
import type { Action } from './actions.ts';
import { timeOf } from './actions.ts';

export const numberNames = ['forMs', 'byMs', 'afterMs', 'count'] as const;
export type NumberName = (typeof numberNames)[number];

/** One candidate, or undefined when there is nothing to gain. */
type Choice = (actions: readonly Action[], index: number) => Action | undefined;

export type Field =
  | { readonly kind: 'choice'; readonly choice: Choice }
  | { readonly kind: 'number'; readonly name: NumberName };

function ofFault(change: (fault: Fault) => Fault | undefined): Field {
  return {
    kind: 'choice',
    choice: (actions, index) => {
      const action = actions[index];
      if (action?.kind !== 'fault') return undefined;
      const fault = change(action.fault);
      return fault === undefined ? undefined : { kind: 'fault', fault };
    },
  };
}

const certain = ofFault((fault) =>
  'percent' in fault && fault.percent !== 100 ? { ...fault, percent: 100 } : undefined,
);

const plainLoss = ofFault((fault) =>
  fault.kind === 'crash' && fault.disk !== 'lose' ? { ...fault, disk: 'lose' } : undefined,
);

const partialLoss = ofFault((fault) =>
  fault.kind === 'crash' && fault.disk === 'torn' ? { ...fault, disk: 'some' } : undefined,
);

const atOnce = ofFault((fault) => {
  if (fault.kind !== 'crash' || fault.boundary === undefined) return undefined;
  const { boundary: _boundary, ...plain } = fault;
  return plain;
});

const onlyServers = ofFault((fault) =>
  fault.kind === 'partition' && fault.clients ? { ...fault, clients: false } : undefined,
);

const isolation = ofFault((fault) => {
  if (fault.kind !== 'partition' || fault.shape === 'isolate') return undefined;
  const [first] = fault.side;
  return { ...fault, shape: 'isolate', side: [first ?? 'leader'] };
});

const halves = ofFault((fault) => {
  if (fault.kind !== 'partition' || fault.side.length === 0) return undefined;
  const odd = fault.shape === 'oneWay' || fault.shape === 'bridge';
  return odd ? { ...fault, shape: 'halves' } : undefined;
});

function withoutMember(member: number): Field {
  return ofFault((fault) => {
    if (fault.kind !== 'partition' || fault.side.length <= 1) return undefined;
    if (member >= fault.side.length) return undefined;
    return { ...fault, side: fault.side.toSpliced(member, 1) };
  });
}

const mildSkew = ofFault((fault) => {
  if (fault.kind !== 'clockSkew' || Math.abs(fault.perMille) <= 100) return undefined;
  return { ...fault, perMille: Math.sign(fault.perMille) * 100 };
});

const plainWrite: Field = {
  kind: 'choice',
  choice: (actions, index) => {
    const action = actions[index];
    if (action?.kind !== 'operation' || action.operation.f !== 'cas') return undefined;
    const { value } = action.operation;
    const written = Array.isArray(value) ? value[1] : null;
    return { kind: 'operation', operation: { ...action.operation, f: 'write', value: written } };
  },
};

const firstClient: Field = {
  kind: 'choice',
  choice: (actions, index) => {
    const action = actions[index];
    if (action?.kind !== 'operation' || action.operation.client === 'c1') return undefined;
    return { kind: 'operation', operation: { ...action.operation, client: 'c1' } };
  },
};

function ofWish(change: (wish: OperatorStep) => OperatorStep | undefined): Field {
  return {
    kind: 'choice',
    choice: (actions, index) => {
      const action = actions[index];
      if (action?.kind !== 'wish') return undefined;
      const wish = change(action.wish);
      return wish === undefined ? undefined : { kind: 'wish', wish };
    },
  };
}

function withoutChange(member: number): Field {
  return ofWish((wish) => {
    if (wish.kind !== 'reconfigure' || wish.changes.length <= 1) return undefined;
    if (member >= wish.changes.length) return undefined;
    return { ...wish, changes: wish.changes.toSpliced(member, 1) };
  });
}

const simpleChange = ofWish((wish) => {
  if (wish.kind !== 'reconfigure' || wish.transition === 'simple') return undefined;
  return wish.changes.length > 1 ? undefined : { ...wish, transition: 'simple' };
});

function atTime(action: Action, atMs: number): Action {
  switch (action.kind) {
    case 'fault':
      return { kind: 'fault', fault: { ...action.fault, atMs } };
    case 'operation':
      return { kind: 'operation', operation: { ...action.operation, atMs } };
    case 'wish':
      return { kind: 'wish', wish: { ...action.wish, atMs } };
  }
}

/** Moves the action to an earlier moment that is not before the action in front of it. */
function earlier(moment: (atMs: number, previousMs: number) => number): Field {
  return {
    kind: 'choice',
    choice: (actions, index) => {
      const action = actions[index];
      if (action === undefined) return undefined;
      const previous = actions[index - 1];
      const previousMs = previous === undefined ? 0 : timeOf(previous);
      const atMs = moment(timeOf(action), previousMs);
      return atMs >= previousMs && atMs < timeOf(action) ? atTime(action, atMs) : undefined;
    },
  };
}

const roundDown = (value: number, unit: number): number => Math.floor(value / unit) * unit;
const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

/** In this order, for each action. */
export const fields: readonly Field[] = [
  certain,
  plainLoss,
  partialLoss,
  atOnce,
  onlyServers,
  isolation,
  halves,
  ...[6, 5, 4, 3, 2, 1, 0].map(withoutMember),
  mildSkew,
  plainWrite,
  firstClient,
  ...[2, 1, 0].map(withoutChange),
  simpleChange,
  ...numberNames.map((name): Field => ({ kind: 'number', name })),
  earlier((_, previousMs) => roundUp(previousMs, 10)),
  earlier((atMs) => roundDown(atMs, 100)),
  earlier((atMs) => roundDown(atMs, 10)),
];

export const leastNumber = 1;

/** The number in the field, or undefined when the action has no such field. */
export function numberIn(action: Action, name: NumberName): number | undefined {
  if (action.kind !== 'fault') return undefined;
  const { fault } = action;
  switch (name) {
    case 'forMs':
      return 'forMs' in fault ? fault.forMs : undefined;
    case 'byMs':
      return 'byMs' in fault ? fault.byMs : undefined;
    case 'afterMs':
      return 'afterMs' in fault ? fault.afterMs : undefined;
    case 'count':
      return 'count' in fault ? fault.count : undefined;
    default:
      return unreachable(name);
  }
}

export function withNumber(action: Action, name: NumberName, value: number): Action {
  if (action.kind !== 'fault') return action;
  const { fault } = action;
  switch (name) {
    case 'forMs':
      return 'forMs' in fault ? { kind: 'fault', fault: { ...fault, forMs: value } } : action;
    case 'byMs':
      return 'byMs' in fault ? { kind: 'fault', fault: { ...fault, byMs: value } } : action;
    case 'afterMs':
      return 'afterMs' in fault ? { kind: 'fault', fault: { ...fault, afterMs: value } } : action;
    case 'count':
      return 'count' in fault ? { kind: 'fault', fault: { ...fault, count: value } } : action;
    default:
      return unreachable(name);
  }
}

/** Between `low` and `high`, rounded so that the story reads evenly; undefined: near enough. */
export function halfway(low: number, high: number): number | undefined {
  const near = high >= 400 ? 50 : high >= 100 ? 20 : high >= 20 ? 10 : 1;
  if (high - low <= near) return undefined;
  const middle = Math.floor((low + high) / 2);
  const even = roundDown(middle, middle >= 20 ? 10 : 1);
  return even > low ? even : middle;
}

function unreachable(value: never): never {
  throw new Error(`no such field: ${String(value)}`);
}
