/** `whitewater client`: one request to a running cluster, from a process of its own. */
import { randomInt } from 'node:crypto';
import { join } from 'node:path';
import type { AzureBus } from '../../adapters/azure/azure.ts';
import { azureBus } from '../../adapters/azure/azure.ts';
import type { Seat } from './cluster-card.ts';
import { readCard, takeSeat } from './cluster-card.ts';
import { LiveClients } from '../live/clients.ts';
import { clockSince } from '../live/clock.ts';
import { FileJournal, journalSchema } from '../live/journal.ts';
import type { Json } from '../raft/entry.ts';
import { raft } from '../raft/machine.ts';
import type { HistoryRecord, TraceRecord } from '../trace/record.ts';
import { counted } from '../report/words.ts';
import { UserError } from '../trace/user-error.ts';
import type { Operation } from '../world/scenario.ts';
import { busOptions, journalPath, routesOf } from './cluster-bus.ts';
import type { ClusterPart } from './cluster-messages.ts';
import { pause } from './cluster-processes.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { accountGiven } from './namespace-given.ts';
import type { Request } from './request.ts';
import { outOf } from './request.ts';
import { remedyFor } from './suggest.ts';

const words: { readonly [word: string]: { readonly f: Operation['f']; readonly values: number } } =
  {
    get: { f: 'read', values: 0 },
    put: { f: 'write', values: 1 },
    cas: { f: 'cas', values: 2 },
  };

const usage = 'Write get KEY, put KEY VALUE or cas KEY OLD NEW';

/** JSON where it is, else the text itself. */
function valueOf(text: string): Json {
  try {
    const value: Json = JSON.parse(text);
    return value;
  } catch {
    return text;
  }
}

/** What the words ask for. */
export function operationOf(args: readonly string[]): Omit<Operation, 'client'> {
  const [word = '', key, ...rest] = args;
  const known = words[word];
  if (known === undefined) {
    const remedy = `${remedyFor(word, Object.keys(words))}. ${usage}`;
    throw new UserError(`"${word}" is no request`, { remedy });
  }
  const { f, values: wanted } = known;
  if (key === undefined || rest.length !== wanted) {
    throw new UserError(`${word} wants a key and ${counted(wanted, 'value')}`, { remedy: usage });
  }
  const values = rest.map(valueOf);
  return { atMs: 0, f, key, value: f === 'cas' ? values : (values[0] ?? null) };
}

/** Names processes apart; far above what a cluster starts of its own. */
const guestNumbers = { min: 2 ** 16, max: 2 ** 20 };
/** Serials of one guest never meet those of an earlier one of its name. */
const serialStep = 1_000;
const connectMs = 20_000;
const answerMs = 70_000;

class Guest {
  private readonly clients: LiveClients;
  private readonly bus: AzureBus<Buffer>;
  private readonly journal: FileJournal;
  private ended: HistoryRecord | null;
  private error: unknown;

  constructor(part: ClusterPart, { name }: Seat) {
    const number = randomInt(guestNumbers.min, guestNumbers.max);
    const clock = clockSince(part.began);
    const startedAtMs = Date.now() - clock.now() / 1_000;
    this.ended = null;
    this.error = null;
    const head = {
      schema: journalSchema,
      process: name,
      incarnation: number,
      found: null,
    } as const;
    const hear = (record: TraceRecord): void => this.hear(record);
    this.journal = new FileJournal(journalPath(part, name, number), head, hear);
    this.bus = azureBus<Buffer>({
      ...busOptions(part, { node: name, incarnation: Date.now(), startedAtMs }),
      onEvents: () => this.clients.reactor.wake(),
    });
    this.clients = new LiveClients(
      {
        scenario: part.scenario,
        subject: raft,
        bus: this.bus,
        routes: routesOf(part),
        process: name,
        incarnation: number,
        processNumber: number,
        timeToLiveMicros: part.scenario.bus.timeToLiveMs * 1_000,
        clock,
        journal: this.journal,
        onBroken: (error) => void (this.error ??= error),
      },
      [name],
    );
    this.clients.register(number * serialStep);
    this.clients.connect();
  }

  async ask(operation: Operation): Promise<HistoryRecord> {
    await this.until(() => this.clients.isConnected, connectMs);
    this.clients.ask(operation);
    await this.until(() => this.ended !== null, answerMs);
    if (this.ended === null) throw new Error('an answer came and went');
    return this.ended;
  }

  async close(): Promise<void> {
    this.clients.reactor.stop();
    this.journal.close();
    await this.bus.close();
  }

  private hear(record: TraceRecord): void {
    if (record.kind === 'ok' || record.kind === 'fail' || record.kind === 'info') {
      this.ended = record;
    }
  }

  private async until(isTrue: () => boolean, withinMs: number): Promise<void> {
    const end = performance.now() + withinMs;
    while (!isTrue()) {
      if (this.error !== null) throw this.error;
      if (performance.now() > end) {
        throw new UserError(`nothing came within ${withinMs / 1_000} s`, {
          remedy: 'See whether the cluster has a leader, and try again',
          exitCode: 69,
        });
      }
      await pause(2);
    }
  }
}

function told(request: Request, ended: HistoryRecord): ExitCode {
  const { io, given } = request;
  const { kind, f, key, value, error } = ended;
  const code = kind === 'ok' ? exits.ok : kind === 'fail' ? exits.violation : exits.unknown;
  if (given.json === true) {
    const document = { schema: 'whitewater.answer/1', ended: kind, f, key, value, error };
    io.out(`${JSON.stringify({ ...document, exit: code })}\n`);
  } else if (kind !== 'ok') io.out(`${error ?? 'refused'}\n`);
  else io.out(f === 'read' ? `${JSON.stringify(value)}\n` : 'done\n');
  return code;
}

/** Asks, prints the answer; exits 1 when the cluster refused, 2 when nobody knows what came of it. */
export async function clientCommand(request: Request): Promise<ExitCode> {
  const { given, args } = request;
  const operation = operationOf(args);
  const path = given.cluster ?? join(outOf(given), 'cluster', 'cluster.json');
  const card = readCard(path);
  const account = card.account ?? accountGiven(request);
  if (account === undefined) {
    throw new UserError('the cluster runs on Azure, and no way in is given', {
      remedy: 'Give --connection-string or --namespace, as the cluster was given',
    });
  }
  const seat = takeSeat(card);
  const guest = new Guest({ ...card.part, account }, seat);
  try {
    return told(request, await guest.ask({ ...operation, client: seat.name }));
  } finally {
    await guest.close();
    seat.leave();
  }
}
