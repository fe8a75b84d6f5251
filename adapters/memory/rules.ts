/** Rules of a subscription: compiled when made, so that bad ones never come to life. */
import type { BusCommand, Rule } from '../../harness/bus/bus.ts';
import { accept, reject } from './answer.ts';
import { correlationTest } from './filters/correlation.ts';
import { compileSql } from './filters/sql.ts';
import type { Compiled, Core, Queue, Topic } from './state.ts';

type CreateRule<Body> = Extract<BusCommand<Body>, { kind: 'createRule' }>;
type DeleteRule<Body> = Extract<BusCommand<Body>, { kind: 'deleteRule' }>;

const nameLengthMax = 50;

/** The rule ready to run, or what is wrong with it. */
export function compileRule<Body>(rule: Rule): Compiled<Body> | { readonly wrong: string } {
  if (rule.name === '' || rule.name.length > nameLengthMax) {
    return { wrong: `A rule's name has 1 to ${nameLengthMax} characters: '${rule.name}'.` };
  }
  const { filter } = rule;
  switch (filter.kind) {
    case 'true':
      return { rule, to: undefined, test: undefined };
    case 'false':
      return { rule, to: undefined, test: { matches: () => false } };
    case 'correlation':
      return { rule, to: filter.to, test: correlationTest(filter) };
    case 'sql': {
      const test = compileSql<Body>(filter.expression);
      return 'wrong' in test ? test : { rule, to: undefined, test };
    }
    default:
      return filter satisfies never;
  }
}

export function createRule<Body>(
  core: Core<Body>,
  found: Subscribed<Body>,
  command: CreateRule<Body>,
): void {
  const { token, rule } = command;
  const compiled = compileRule<Body>(rule);
  if ('wrong' in compiled) {
    reject(core, token, 'InvalidOperation', compiled.wrong);
  } else if (found.queue.rules.has(rule.name)) {
    const text = `The rule '${rule.name}' of '${found.queue.path}' already exists.`;
    reject(core, token, 'MessagingEntityAlreadyExists', text);
  } else {
    found.queue.rules.set(rule.name, compiled);
    found.topic.routesStale = true;
    accept(core, token);
  }
}

export function deleteRule<Body>(
  core: Core<Body>,
  found: Subscribed<Body>,
  command: DeleteRule<Body>,
): void {
  const { token, name } = command;
  if (!found.queue.rules.delete(name)) {
    const text = `The rule '${name}' of '${found.queue.path}' could not be found.`;
    reject(core, token, 'MessagingEntityNotFound', text);
    return;
  }
  found.topic.routesStale = true;
  accept(core, token);
}

export interface Subscribed<Body> {
  readonly queue: Queue<Body>;
  readonly topic: Topic<Body>;
}
