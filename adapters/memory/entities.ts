/** Queues, topics and subscriptions are made here. */
import type { BusCommand, Micros, SubscriptionOptions } from '../../harness/bus/bus.ts';
import { newAccount } from './account.ts';
import { accept, reject } from './answer.ts';
import { find } from './find.ts';
import { setForwarding, wrongForwarding } from './forwarding.ts';
import { watchIdle, wrongIdle } from './idle.ts';
import { add, addQueue, deadLetterSuffix, newIntake } from './queue.ts';
import { compileRule } from './rules.ts';
import type { Core, Queue, Topic } from './state.ts';

type Create<Body, Kind extends BusCommand<Body>['kind']> = Extract<
  BusCommand<Body>,
  { kind: Kind }
>;

const pathLengthMax = 260;
const nameLengthMax = 50;
const subscriptionPath = /^(?<topic>.+)\/subscriptions\/(?<name>[^/]+)$/i;

export function createQueue<Body>(core: Core<Body>, command: Create<Body, 'createQueue'>): void {
  const { token, path, options } = command;
  const wrong =
    wrongPath(path) ?? wrongOptions(options) ?? wrongWindow(options) ?? wrongIdle(options);
  if (!mayCreate(core, token, path, wrong) || !mayForward(core, command)) return;
  const intake = newIntake<Body>(newAccount(), options.duplicateDetectionMicros);
  const timeToLiveMicros = options.defaultTimeToLiveMicros ?? Infinity;
  const parts = { role: 'queue' as const, path, timeToLiveMicros, intake, topic: undefined };
  configure(core, addQueue(core, parts, options), options);
  accept(core, token);
}

export function createTopic<Body>(core: Core<Body>, command: Create<Body, 'createTopic'>): void {
  const { token, path, options } = command;
  const wrong = wrongPath(path) ?? wrongWindow(options) ?? wrongIdle(options);
  if (!mayCreate(core, token, path, wrong)) return;
  const topic: Topic<Body> = {
    kind: 'topic',
    path,
    timeToLiveMicros: options.defaultTimeToLiveMicros ?? Infinity,
    intake: newIntake(newAccount(), options.duplicateDetectionMicros),
    subscriptions: [],
    routesTo: new Map(),
    routesElse: [],
    routesStale: false,
  };
  add(core, topic);
  watchIdle(core, topic, options.autoDeleteMicros ?? Infinity);
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
    wrongIdle(options) ??
    wrongName(named['name']) ??
    ('wrong' in compiled ? compiled.wrong : undefined);
  if (!mayCreate(core, token, path, wrong) || 'wrong' in compiled) return;
  if (!mayForward(core, command)) return;
  const intake = newIntake<Body>(topic.intake.account, 0);
  const ownLife = options.defaultTimeToLiveMicros ?? Infinity;
  const timeToLiveMicros = Math.min(ownLife, topic.timeToLiveMicros);
  const parts = { role: 'subscription' as const, path, timeToLiveMicros, intake, topic };
  const queue = addQueue(core, parts, options);
  configure(core, queue, options);
  queue.rules.set(rule.name, compiled);
  topic.subscriptions.push(queue);
  topic.routesStale = true;
  accept(core, token);
}

function configure<Body>(core: Core<Body>, queue: Queue<Body>, options: SubscriptionOptions): void {
  setForwarding(core, queue, options);
  watchIdle(core, queue, options.autoDeleteMicros ?? Infinity);
}

function mayForward<Body>(
  core: Core<Body>,
  { token, path, options }: Create<Body, 'createQueue' | 'createSubscription'>,
): boolean {
  const wrong = wrongForwarding(core, path, options);
  if (wrong !== undefined) reject(core, token, wrong.code, wrong.text);
  return wrong === undefined;
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

function wrongName(name: string = ''): string | undefined {
  if (name.length <= nameLengthMax) return undefined;
  return `The subscription's name is longer than ${nameLengthMax} characters.`;
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
