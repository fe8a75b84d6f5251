/** Queues, topics and subscriptions are made here. */
import type { BusCommand, Micros, SubscriptionOptions } from '../../harness/bus/bus.ts';
import { newAccount } from './account.ts';
import { accept, reject } from './answer.ts';
import { find } from './find.ts';
import { add, addQueue, deadLetterSuffix, newIntake } from './queue.ts';
import { compileRule } from './rules.ts';
import type { Core } from './state.ts';

type Create<Body, Kind extends BusCommand<Body>['kind']> = Extract<
  BusCommand<Body>,
  { kind: Kind }
>;

const pathLengthMax = 260;
const nameLengthMax = 50;
const subscriptionPath = /^(?<topic>.+)\/subscriptions\/(?<name>[^/]+)$/i;

export function createQueue<Body>(core: Core<Body>, command: Create<Body, 'createQueue'>): void {
  const { token, path, options } = command;
  const wrong = wrongPath(path) ?? wrongOptions(options) ?? wrongWindow(options);
  if (!mayCreate(core, token, path, wrong)) return;
  const intake = newIntake<Body>(newAccount(), options.duplicateDetectionMicros);
  const timeToLiveMicros = options.defaultTimeToLiveMicros ?? Infinity;
  addQueue(core, { role: 'queue', path, timeToLiveMicros, intake, topic: undefined }, options);
  accept(core, token);
}

export function createTopic<Body>(core: Core<Body>, command: Create<Body, 'createTopic'>): void {
  const { token, path, options } = command;
  if (!mayCreate(core, token, path, wrongPath(path) ?? wrongWindow(options))) return;
  add(core, {
    kind: 'topic',
    path,
    timeToLiveMicros: options.defaultTimeToLiveMicros ?? Infinity,
    intake: newIntake(newAccount(), options.duplicateDetectionMicros),
    subscriptions: [],
    routesTo: new Map(),
    routesElse: [],
    routesStale: false,
  });
  accept(core, token);
}

export function createSubscription<Body>(
  core: Core<Body>,
  command: Create<Body, 'createSubscription'>,
): void {
  const { token, path, options } = command;
  const named = subscriptionPath.exec(path)?.groups;
  if (named === undefined) {
    const text = `'${path}' is no subscription path; write topic/Subscriptions/name.`;
    reject(core, token, 'InvalidOperation', text);
    return;
  }
  const topic = find(core, named['topic'] ?? '');
  if (topic?.kind !== 'topic') {
    const text = `The topic '${named['topic']}' could not be found; create it first.`;
    reject(core, token, 'MessagingEntityNotFound', text);
    return;
  }
  const rule = command.rule ?? { name: '$Default', filter: { kind: 'true' } };
  const compiled = compileRule<Body>(rule);
  const wrong =
    wrongOptions(options) ??
    (nameLengthMax < (named['name'] ?? '').length
      ? `The subscription's name is longer than ${nameLengthMax} characters.`
      : undefined) ??
    ('wrong' in compiled ? compiled.wrong : undefined);
  if (!mayCreate(core, token, path, wrong) || 'wrong' in compiled) return;
  const intake = newIntake<Body>(topic.intake.account, 0);
  const ownLife = options.defaultTimeToLiveMicros ?? Infinity;
  const timeToLiveMicros = Math.min(ownLife, topic.timeToLiveMicros);
  const parts = { role: 'subscription' as const, path, timeToLiveMicros, intake, topic };
  const queue = addQueue(core, parts, options);
  queue.rules.set(rule.name, compiled);
  topic.subscriptions.push(queue);
  topic.routesStale = true;
  accept(core, token);
}

function mayCreate<Body>(
  core: Core<Body>,
  token: number,
  path: string,
  wrong: string | undefined,
): boolean {
  if (wrong !== undefined) {
    reject(core, token, 'InvalidOperation', wrong);
    return false;
  }
  if (find(core, path) === undefined) return true;
  const text = `The messaging entity '${path}' already exists.`;
  reject(core, token, 'MessagingEntityAlreadyExists', text);
  return false;
}

function wrongPath(path: string): string | undefined {
  if (path === '' || path.length > pathLengthMax) {
    return `A path has 1 to ${pathLengthMax} characters; '${path}' has ${path.length}.`;
  }
  const lower = path.toLowerCase();
  if (lower.includes('/subscriptions/') || lower.endsWith(deadLetterSuffix.toLowerCase())) {
    return `'${path}' is reserved; a queue or topic has a path of its own.`;
  }
  return undefined;
}

function wrongOptions(options: SubscriptionOptions): string | undefined {
  if (!(options.lockDurationMicros > 0)) return 'The lock duration must be positive.';
  if (!(options.maxDeliveryCount >= 1)) return 'The maximum delivery count must be at least 1.';
  return undefined;
}

function wrongWindow(options: { readonly duplicateDetectionMicros: Micros }): string | undefined {
  if (options.duplicateDetectionMicros >= 0) return undefined;
  return 'The duplicate detection window must not be negative.';
}
