/**
 * Who wants a message of a topic. Rules that name a `to` are found through an index, in the order
 * in which the subscriptions were made; all others are asked one by one.
 */
import type { BusMessage } from '../../harness/bus/bus.ts';
import type { Compiled, Queue, Route, Topic } from './state.ts';

/** The subscriptions that may want it; `wants` decides. */
export function routesOf<Body>(
  topic: Topic<Body>,
  message: BusMessage<Body>,
): readonly Route<Body>[] {
  if (topic.routesStale) rebuild(topic);
  if (message.to === undefined) return topic.routesElse;
  return topic.routesTo.get(message.to) ?? topic.routesElse;
}

/** Rules are OR-ed: one that holds is enough. */
export function wants<Body>(route: Route<Body>, message: BusMessage<Body>): boolean {
  const { tests } = route;
  if (tests === undefined) return true;
  for (let i = 0; i < tests.length; i++) if (tests[i]?.matches(message) === true) return true;
  return false;
}

function rebuild<Body>(topic: Topic<Body>): void {
  topic.routesTo.clear();
  topic.routesElse = [];
  topic.routesStale = false;
  for (const queue of topic.subscriptions) {
    for (const { to } of queue.rules.values()) {
      if (to !== undefined && !topic.routesTo.has(to)) topic.routesTo.set(to, []);
    }
  }
  for (const queue of topic.subscriptions) addRoutes(topic, queue);
}

/** One route for the rules without an action, and one for each rule with one. */
function addRoutes<Body>(topic: Topic<Body>, queue: Queue<Body>): void {
  const plain: Compiled<Body>[] = [];
  for (const rule of queue.rules.values()) if (rule.action === undefined) plain.push(rule);
  addRoute(topic, queue, plain);
  for (const rule of queue.rules.values()) {
    if (rule.action !== undefined) addRoute(topic, queue, [rule]);
  }
}

function addRoute<Body>(
  topic: Topic<Body>,
  queue: Queue<Body>,
  rules: readonly Compiled<Body>[],
): void {
  const open: Compiled<Body>[] = [];
  const byTo = new Map<string, Compiled<Body>[]>();
  for (const rule of rules) {
    if (rule.to === undefined) open.push(rule);
    else byTo.set(rule.to, [...(byTo.get(rule.to) ?? []), rule]);
  }
  if (open.length === 0) {
    for (const [to, some] of byTo) topic.routesTo.get(to)?.push(route(queue, some));
    return;
  }
  topic.routesElse.push(route(queue, open));
  for (const [to, routes] of topic.routesTo) {
    routes.push(route(queue, [...open, ...(byTo.get(to) ?? [])]));
  }
}

function route<Body>(queue: Queue<Body>, rules: readonly Compiled<Body>[]): Route<Body> {
  const action = rules[0]?.action;
  const tests = [];
  for (const { test } of rules) {
    if (test === undefined) return { queue, tests: undefined, action };
    tests.push(test);
  }
  return { queue, tests, action };
}
