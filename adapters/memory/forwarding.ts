/** Where a queue forwards to: checked when it is said, and what waits there goes on as well. */
import type { BusErrorCode, EntityChange } from '../../harness/bus/bus.ts';
import { find } from './find.ts';
import { addDeadLetters, transferSuffix } from './queue.ts';
import { disconnect } from './receivers.ts';
import type { Core, Queue } from './state.ts';

type Forwarding = Pick<EntityChange, 'forwardTo' | 'forwardDeadLettersTo'>;

interface Wrong {
  readonly code: BusErrorCode;
  readonly text: string;
}

export function wrongForwarding<Body>(
  core: Core<Body>,
  path: string,
  options: Forwarding & { readonly requiresSession?: boolean },
  { requiresSession = false }: { readonly requiresSession?: boolean } = options,
): Wrong | undefined {
  if (typeof options.forwardTo === 'string' && requiresSession) {
    const text = `'${path}' requires sessions, and such an entity can't forward.`;
    return { code: 'InvalidOperation', text };
  }
  for (const target of [options.forwardTo, options.forwardDeadLettersTo]) {
    if (typeof target !== 'string') continue;
    const entity = find(core, target);
    if (entity === undefined) {
      const text = `'${path}' can't forward to '${target}', which could not be found; create it.`;
      return { code: 'MessagingEntityNotFound', text };
    }
    if (entity.path.toLowerCase() === path.toLowerCase()) {
      return { code: 'InvalidOperation', text: `'${path}' can't forward to itself.` };
    }
    if (entity.kind === 'queue' && entity.role !== 'queue') {
      const text = `'${path}' can't forward to '${target}'; name a queue or a topic.`;
      return { code: 'InvalidOperation', text };
    }
  }
  return undefined;
}

/** The targets have been checked; undefined leaves one as it is. */
export function setForwarding<Body>(
  core: Core<Body>,
  queue: Queue<Body>,
  { forwardTo, forwardDeadLettersTo }: Forwarding,
): void {
  if (forwardTo !== undefined) send(core, queue, queue, forwardTo);
  const { deadLetters } = queue;
  if (forwardDeadLettersTo !== undefined && deadLetters !== undefined) {
    send(core, deadLetters, queue, forwardDeadLettersTo);
  }
}

function send<Body>(
  core: Core<Body>,
  queue: Queue<Body>,
  owner: Queue<Body>,
  to: string | null,
): void {
  queue.forwardTo = to ?? undefined;
  if (to === null) return;
  owner.transferDeadLetters ??= addDeadLetters(core, `${owner.path}${transferSuffix}`, owner);
  queue.transferDeadLetters = owner.transferDeadLetters;
  for (const receiver of core.receivers.values()) {
    if (receiver.queue !== queue) continue;
    disconnect(core, receiver, `'${queue.path}' forwards to '${to}' from now on.`);
  }
  const { ready } = queue.line;
  for (let copy = ready.pop(); copy !== undefined; copy = ready.pop()) core.forwards.push(copy);
}
