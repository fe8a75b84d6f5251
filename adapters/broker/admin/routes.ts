/** The administration's paths: which resource a URL names. */
import { canonicalPath } from '../address.ts';

export type Resource =
  | { readonly kind: 'health' | 'namespace' }
  | { readonly kind: 'entities'; readonly of: 'queue' | 'topic' }
  | { readonly kind: 'subscriptions'; readonly topic: string }
  | { readonly kind: 'rules'; readonly subscription: string }
  | { readonly kind: 'rule'; readonly subscription: string; readonly name: string }
  | { readonly kind: 'subscription'; readonly topic: string; readonly name: string }
  | { readonly kind: 'entity'; readonly path: string };

const rule = /^(?<subscription>.+\/Subscriptions\/[^/]+)\/Rules\/(?<name>.+)$/i;
const rules = /^(?<subscription>.+\/Subscriptions\/[^/]+)\/Rules$/i;
const subscription = /^(?<topic>.+)\/Subscriptions\/(?<name>[^/]+)$/i;
const subscriptions = /^(?<topic>.+)\/Subscriptions$/i;

/** `path` is decoded. */
export function resourceAt(given: string): Resource {
  const path = given.replace(/^\/+|\/+$/g, '');
  switch (path.toLowerCase()) {
    case 'health':
      return { kind: 'health' };
    case '$namespaceinfo':
      return { kind: 'namespace' };
    case '$resources/queues':
      return { kind: 'entities', of: 'queue' };
    case '$resources/topics':
      return { kind: 'entities', of: 'topic' };
    default:
      return below(path);
  }
}

function below(path: string): Resource {
  const one = rule.exec(path)?.groups;
  if (one !== undefined) {
    const { subscription: owner = '', name = '' } = one;
    return { kind: 'rule', subscription: canonicalPath(owner), name };
  }
  const all = rules.exec(path)?.groups?.['subscription'];
  if (all !== undefined) return { kind: 'rules', subscription: canonicalPath(all) };
  const owned = subscription.exec(path)?.groups;
  if (owned !== undefined) {
    const { topic = '', name = '' } = owned;
    return { kind: 'subscription', topic: canonicalPath(topic), name };
  }
  const topic = subscriptions.exec(path)?.groups?.['topic'];
  if (topic !== undefined) return { kind: 'subscriptions', topic: canonicalPath(topic) };
  return { kind: 'entity', path: canonicalPath(path) };
}
