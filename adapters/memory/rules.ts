/** Rules of a subscription: compiled when made, so that bad ones never come to life. */
import type { BusCommand, Filter, Rule } from '../../harness/bus/bus.ts';
import { accept, reject } from './answer.ts';
import { correlationTest } from './filters/correlation.ts';
import { compileSql } from './filters/sql.ts';
import { compileAction } from './filters/sql-action.ts';
import type { Test } from './filters/test.ts';
import { find } from './find.ts';
import type { Compiled, Core, Queue } from './state.ts';

type CreateRule<Body> = Extract<BusCommand<Body>, { kind: 'createRule' }>;
type DeleteRule<Body> = Extract<BusCommand<Body>, { kind: 'deleteRule' }>;

const nameLengthMax = 50;

/** The rule ready to run, or what is wrong with it. */
export function compileRule<Body>(rule: Rule): Compiled<Body> | { readonly wrong: string } {
  if (rule.name === '' || rule.name.length > nameLengthMax) {
    return { wrong: `A rule's name has 1 to ${nameLengthMax} characters: '${rule.name}'.` };
  }
  const action =
    rule.action === undefined ? undefined : compileAction<Body>(rule.action, rule.name);
  if (action !== undefined && 'wrong' in action) return action;
  const test = compileFilter<Body>(rule.filter);
  if (test !== undefined && 'wrong' in test) return test;
  const to = rule.filter.kind === 'correlation' ? rule.filter.to : undefined;
  return { rule, to, test, action };
}

/** What must hold besides `to`; undefined: nothing. */
function compileFilter<Body>(filter: Filter): Test<Body> | { readonly wrong: string } | undefined {
  switch (filter.kind) {
    case 'true':
      return undefined;
    case 'false':
      return { matches: () => false };
    case 'correlation':
      return correlationTest(filter);
    case 'sql':
      return compileSql<Body>(filter.expression);
    default:
      return filter satisfies never;
  }
}

export function createRule<Body>(core: Core<Body>, command: CreateRule<Body>): void {
  const { token, path, rule } = command;
  const queue = subscriptionAt(core, token, path);
  if (queue === undefined) return;
  const compiled = compileRule<Body>(rule);
  if ('wrong' in compiled) {
    reject(core, token, 'InvalidOperation', compiled.wrong);
  } else if (queue.rules.has(rule.name)) {
    const text = `The rule '${rule.name}' of '${path}' already exists.`;
    reject(core, token, 'MessagingEntityAlreadyExists', text);
  } else {
    queue.rules.set(rule.name, compiled);
    queue.intake.usedAt = core.clock;
    rerouted(queue);
    accept(core, token);
  }
}

export function deleteRule<Body>(core: Core<Body>, command: DeleteRule<Body>): void {
  const { token, path, name } = command;
  const queue = subscriptionAt(core, token, path);
  if (queue === undefined) return;
  if (queue.rules.delete(name)) {
    rerouted(queue);
    accept(core, token);
  } else {
    const text = `The rule '${name}' of '${path}' could not be found.`;
    reject(core, token, 'MessagingEntityNotFound', text);
  }
}

function rerouted<Body>(queue: Queue<Body>): void {
  if (queue.topic !== undefined) queue.topic.routesStale = true;
}

function subscriptionAt<Body>(
  core: Core<Body>,
  token: number,
  path: string,
): Queue<Body> | undefined {
  const queue = find(core, path);
  if (queue?.kind === 'queue' && queue.role === 'subscription') return queue;
  if (queue === undefined) {
    const text = `The subscription '${path}' could not be found.`;
    reject(core, token, 'MessagingEntityNotFound', text);
  } else {
    reject(core, token, 'InvalidOperation', `'${path}' is no subscription; only those have rules.`);
  }
  return undefined;
}
