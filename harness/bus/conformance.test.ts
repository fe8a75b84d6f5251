/** The suite itself: it catches wrong buses, and it keeps its list of gaps honest. */
import { describe, expect, test } from 'vitest';
import { memoryBus } from '../../adapters/memory/memory.ts';
import type { Bus, BusCommand, BusEvent, QueueOptions } from './bus.ts';
import type { Gap, Subject } from './conformance.ts';
import { groups, judge } from './conformance.ts';

type Command = BusCommand<string>;
type Event = BusEvent<string>;

/** A right bus behind two wrong hands. */
interface Mutant {
  readonly name: string;
  readonly command?: (command: Command) => Command;
  readonly events?: (events: readonly Event[]) => readonly Event[];
  /** A case that must catch it. */
  readonly caughtBy: string;
}

const messageSizeBytesMax = 1_000;

function subject(mutant: Partial<Mutant>, gaps: readonly Gap[] = []): Subject {
  const { command = (one) => one, events = (all) => all } = mutant;
  return {
    name: mutant.name ?? 'right',
    namePrefix: '',
    gaps,
    times: {
      lockMicros: 10_000_000,
      duplicateWindowMicros: 30_000_000,
      shortMicros: 2_000_000,
      idleMicros: 60_000_000,
      quietMicros: 1_000_000,
      patienceMicros: 20_000_000,
      messageSizeBytesMax,
    },
    start: () => {
      let now = 0;
      const right = memoryBus<string>({
        ordering: 'session',
        latencyMicros: () => 1_000,
        messageSizeBytesMax,
        entityMessagesMax: 100,
      });
      const bus: Bus<string> = {
        submit: (one, at) => right.submit(command(one), at),
        poll: (at) => events(right.poll(at)),
        wakeAt: () => right.wakeAt(),
      };
      const wait = (until: number): void => {
        now = until;
      };
      return { bus, now: () => now, wait };
    },
  };
}

/** The names of the cases that fail. */
async function failures(one: Subject): Promise<readonly string[]> {
  const failed: string[] = [];
  for (const group of groups) {
    for (const each of group.cases) {
      const name = `${group.name}: ${each.name}`;
      await judge(one, group, each).catch(() => failed.push(name));
    }
  }
  return failed;
}

const onPublish =
  (change: (message: Extract<Command, { kind: 'publish' }>['message']) => typeof message) =>
  (command: Command): Command =>
    command.kind === 'publish' ? { ...command, message: change(command.message) } : command;

function queueWithout(options: QueueOptions, name: 'forwardTo' | 'autoDeleteMicros'): QueueOptions {
  const { [name]: _, ...rest } = options;
  return rest;
}

const mutants: readonly Mutant[] = [
  {
    name: 'forgets the delivery count',
    events: (all) =>
      all.map((event) => (event.kind === 'delivered' ? { ...event, deliveryCount: 0 } : event)),
    caughtBy: 'delivery count: each abandon adds one',
  },
  {
    name: 'delivers everything twice',
    events: (all) =>
      all.flatMap((event): readonly Event[] =>
        event.kind === 'delivered' ? [event, event] : [event],
      ),
    caughtBy: 'receive modes: receive-and-delete delivers a message once and without a lock',
  },
  {
    name: 'takes abandoning for completing',
    command: (command) =>
      command.kind === 'settle' && command.settlement.kind === 'abandon'
        ? { ...command, settlement: { kind: 'complete' } }
        : command,
    caughtBy: 'settlement: an abandoned message comes back at once, under a new lock',
  },
  {
    name: 'loses every message that was locked',
    command: (command) =>
      command.kind === 'openReceiver' ? { ...command, mode: 'receiveAndDelete' } : command,
    caughtBy: 'locks: when a lock runs out the message is delivered again',
  },
  {
    name: 'ignores times-to-live',
    command: onPublish((message) => ({ ...message, timeToLiveMicros: 1e12 })),
    caughtBy: 'time to live: a message whose time is up is not delivered',
  },
  {
    name: 'ignores the time of scheduled messages',
    command: onPublish((message) => ({ ...message, scheduledAt: 0 })),
    caughtBy: 'scheduled messages: a scheduled message is delivered at its time and not before',
  },
  {
    name: 'does not see the case of addresses',
    command: onPublish((message) =>
      message.to === undefined ? message : { ...message, to: message.to.toUpperCase() },
    ),
    caughtBy:
      'correlation filters: a filter on `to` takes the messages to that address, case included',
  },
  {
    name: 'has one code for all errors',
    events: (all) =>
      all.map((event) =>
        event.kind === 'rejected' ? { ...event, code: 'InvalidOperation' } : event,
      ),
    caughtBy: 'settlement: a message is settled only once',
  },
  {
    name: 'hands out a session twice',
    command: (command) =>
      command.kind === 'createQueue'
        ? { ...command, options: { ...command.options, requiresSession: false } }
        : command,
    caughtBy: 'session locks: a locked session is not given to another',
  },
  {
    name: 'detects no duplicates',
    command: onPublish((message) => ({ ...message, messageId: `${Math.random()}` })),
    caughtBy: 'duplicate detection: a second message with the same id is accepted and swallowed',
  },
  {
    name: 'gives credit to everybody',
    command: (command) => (command.kind === 'openReceiver' ? { ...command, credit: -1 } : command),
    caughtBy: 'credit: a receiver without credit gets nothing, and others get it',
  },
  {
    name: 'forgets where to forward to',
    command: (command) =>
      command.kind === 'createQueue' && command.options.forwardTo !== undefined
        ? { ...command, options: queueWithout(command.options, 'forwardTo') }
        : command,
    caughtBy: 'forwarding: a queue forwards what it is sent to another queue',
  },
  {
    name: 'keeps entities that nobody uses',
    command: (command) =>
      command.kind === 'createQueue'
        ? { ...command, options: queueWithout(command.options, 'autoDeleteMicros') }
        : command,
    caughtBy: 'idle entities: a queue that nobody uses goes by itself',
  },
  {
    name: 'forgets the limit of the prefetch',
    command: (command) =>
      command.kind === 'openReceiver' ? { ...command, prefetch: 1_000 } : command,
    caughtBy: 'receive modes: peek-lock delivers no more unsettled messages than the prefetch',
  },
];

describe('the conformance suite', () => {
  test('passes the right bus', async () => {
    expect(await failures(subject({}))).toEqual([]);
  });

  test.each(mutants)('catches a bus that $name', async (mutant) => {
    expect(await failures(subject(mutant))).toContain(mutant.caughtBy);
  });

  test('lets a named gap fail, and fails when the gap has closed', async () => {
    const [mutant] = mutants;
    const name = mutant?.caughtBy ?? '';
    const gaps: readonly Gap[] = [{ case: name, reason: 'known' }];
    expect(await failures(subject(mutant ?? {}, gaps))).not.toContain(name);
    expect(await failures(subject({}, gaps))).toEqual([name]);
  });

  test('names each case once', () => {
    const names = groups.flatMap(({ name, cases }) => cases.map((one) => `${name}: ${one.name}`));
    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(60);
  });
});
