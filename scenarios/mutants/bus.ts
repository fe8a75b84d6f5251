/** Wrong buses: they accept what they are given and do something else with it. */
import type { BusCommand, BusEvent, BusFault, FaultyBus, Micros } from '../../harness/bus/bus.ts';
import { machine } from '../../harness/raft/machine.ts';
import type { BusFactory } from '../../harness/world/setup.ts';
import type { Envelope } from '../../harness/world/world.ts';
import { campaign, crash, stage, write } from '../named/stage.ts';
import type { Mutant } from './mutant.ts';

type Publish = Extract<BusCommand<Envelope>, { readonly kind: 'publish' }>;

type Change = (command: BusCommand<Envelope>) => BusCommand<Envelope> | null;

/** A bus whose commands pass through `change`; what it turns into null never happens. */
class WrongBus implements FaultyBus<Envelope> {
  private readonly right: FaultyBus<Envelope>;
  private readonly change: Change;

  constructor(right: FaultyBus<Envelope>, change: Change) {
    this.right = right;
    this.change = change;
  }

  submit(command: BusCommand<Envelope>, now: Micros): void {
    const given = this.change(command);
    if (given !== null) this.right.submit(given, now);
  }

  poll(now: Micros): readonly BusEvent<Envelope>[] {
    return this.right.poll(now);
  }

  wakeAt(): Micros | undefined {
    return this.right.wakeAt();
  }

  inject(fault: BusFault, now: Micros): void {
    this.right.inject(fault, now);
  }
}

const everyNth =
  (n: number, change: (publish: Publish) => Publish | null): ((right: BusFactory) => BusFactory) =>
  (right) =>
  (wish) => {
    let publishes = 0;
    return new WrongBus(right(wish), (command) => {
      if (command.kind !== 'publish') return command;
      publishes += 1;
      return publishes % n === 0 ? change(command) : command;
    });
  };

const losesAccepted: Mutant = {
  name: 'bus-loses-accepted',
  summary: 'The bus accepts a message, loses it and tells nobody: here every seventh.',
  source: 'Service Bus: a message accepted is delivered at least once or kept as a dead letter',
  subject: machine('bus-loses-accepted'),
  bus: everyNth(7, () => null),
  expected: ['DeliveryIntegrity'],
  hard: false,
  serversMin: 2,
  // The longer the quiet period lasts, the surer a message without a fate is a lost one.
  witness: stage({
    name: 'a quiet period of seconds before anybody campaigns',
    servers: 3,
    operations: [write('c1', 10, 1), write('c2', 10, 2)],
    workload: { retryMs: 10 },
    cluster: { electionMs: { min: 4_000, max: 5_000 } },
    faults: [],
    runMs: 50,
  }),
};

/** Addressed to its own sender; clients' messages are left alone. */
function returned(publish: Publish): Publish | null {
  const { message } = publish;
  const { from, message: carried } = message.body;
  if (carried.kind === 'ClientRequest' || carried.kind === 'ClientReply') return publish;
  const body = { ...message.body, to: from };
  return { ...publish, message: { ...message, to: carried.from, body } };
}

const misdelivers: Mutant = {
  name: 'bus-misdelivers',
  summary: 'The bus puts every fifth message between servers into the subscription of its sender.',
  source: 'Service Bus: a correlation filter selects by the address given',
  subject: machine('bus-misdelivers'),
  bus: everyNth(5, returned),
  expected: ['DeliveryIntegrity', 'Assertion'],
  hard: false,
  serversMin: 2,
  witness: stage({ name: 'an election', servers: 3, faults: [], runMs: 50 }),
};

/** Ids of messages count from 1 again whenever their sender connects anew. */
function renumbered(sent: Map<string, number>, command: BusCommand<Envelope>): typeof command {
  if (command.kind === 'openReceiver') sent.set(command.receiver, 0);
  if (command.kind !== 'publish') return command;
  const { from } = command.message.body.message;
  const count = (sent.get(from) ?? 0) + 1;
  sent.set(from, count);
  return { ...command, message: { ...command.message, messageId: `${from}-${String(count)}` } };
}

const idsBeginAnew: Mutant = {
  name: 'message-ids-begin-anew',
  summary: 'A restarted server numbers its messages from 1: the bus takes them for duplicates.',
  source: 'Service Bus duplicate detection; M53',
  subject: machine('message-ids-begin-anew'),
  bus: (right) => (wish) => {
    const sent = new Map<string, number>();
    return new WrongBus(right(wish), (command) => renumbered(sent, command));
  },
  expected: ['LeaderElected', 'LogsConverge', 'OperationsComplete', 'DeliveryIntegrity'],
  hard: true,
  serversMin: 2,
  witness: stage({
    name: 'all servers restart after seconds of heartbeats',
    servers: 3,
    bus: { duplicateDetectionMs: 600_000 },
    faults: [
      campaign('S1', 100),
      crash('S1', { atMs: 5_800, forMs: 50 }),
      crash('S2', { atMs: 5_800, forMs: 50 }),
      crash('S3', { atMs: 5_800, forMs: 50 }),
    ],
    runMs: 6_000,
  }),
};

/** A bus that takes deliveries for settled: harmless, see `benign`. */
export const settling =
  (right: BusFactory): BusFactory =>
  (wish) =>
    new WrongBus(right(wish), (command) => {
      if (command.kind === 'settle') return null;
      return command.kind === 'openReceiver' ? { ...command, mode: 'receiveAndDelete' } : command;
    });

export const buses: readonly Mutant[] = [losesAccepted, misdelivers, idsBeginAnew];
