/**
 * `whitewater cluster`: a client and N server processes over Service Bus. Without a connection
 * string or a namespace, an embedded one serves. The run is recorded as one trace, judged, and ends
 * with the exit code of its verdict.
 */
import { join } from 'node:path';
import { defaultTopic } from '../../adapters/azure/routes.ts';
import { clean, counted, grouped } from '../report/words.ts';
import { UserError } from '../trace/user-error.ts';
import { announce, withdraw } from './cluster-card.ts';
import { childCommand } from './cluster-child.ts';
import type { Answered, RunEvents, RunResult } from './cluster-run.ts';
import { runCluster } from './cluster-run.ts';
import { operationText } from './cluster-work.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { accountGiven } from './namespace-given.ts';
import type { Style } from './paint.ts';
import { painted, styleOf } from './paint.ts';
import type { Given, Request } from './request.ts';
import { outOf, serversOf } from './request.ts';
import { drawnSeed } from './seed.ts';

const serversDefault = 5;
const requestsDefault = 5;
const requestsPerSecond = 4;
/** From so many requests on, several clients ask at once. */
const manyRequests = 20;
const clientsOfMany = 5;
/** Names kept for `whitewater client`. */
const guests = 4;

interface Sizes {
  readonly servers: number;
  readonly requests: number;
  readonly clients: number;
  readonly guests: number;
  readonly durationMs: number;
}

function sizesOf(given: Given): Sizes {
  const durationMs = given.duration ?? 0;
  const paced = Math.ceil((durationMs / 1_000) * requestsPerSecond);
  const requests = given.numRequests ?? (durationMs > 0 ? paced : requestsDefault);
  const clients = given.clients ?? (requests > manyRequests ? clientsOfMany : 1);
  if (requests === 0 && durationMs === 0) {
    throw new UserError('a cluster without requests needs a time to stand', {
      remedy: 'Add --duration 10m, or ask for something: --num-requests 5',
    });
  }
  return {
    servers: serversOf(given) ?? serversDefault,
    requests,
    clients,
    guests: durationMs > 0 ? guests : 0,
    durationMs,
  };
}

function refuseSignals({ pause }: Given): void {
  if (pause === undefined || process.platform !== 'win32') return;
  throw new UserError('processes cannot be stopped and continued on Windows', {
    remedy: 'Leave out --pause; --kill-every and --partition work',
  });
}

const clockColumns = 9;
const requestColumns = 24;

/** Lines on standard output as things happen. */
class Teller {
  private readonly request: Request;
  private readonly style: Style;

  constructor(request: Request) {
    this.request = request;
    this.style = styleOf(request.given, request.io);
  }

  line(at: number, text: string, colour?: 'red' | 'green' | 'yellow' | 'bold'): void {
    if (this.request.given.json === true || this.request.given.quiet === true) return;
    const time = `${(at / 1e6).toFixed(2)} s`.padStart(clockColumns);
    const words = clean(text, 300);
    const shown = colour === undefined ? words : painted(words, { style: this.style, colour });
    this.request.io.out(`${time}  ${shown}\n`);
  }

  answer({ number, ended, tookMicros }: Answered): void {
    const what = `request-${number}  ${operationText(ended)}`.padEnd(requestColumns + 11);
    const took = `${(tookMicros / 1_000).toFixed(1)} ms`.padStart(10);
    this.line(ended.at, `${what} ${took}  ${answerText(ended)}`);
  }
}

function answerText({ kind, f, value, error }: Answered['ended']): string {
  if (kind === 'info') return `no answer (${error ?? 'unknown'})`;
  if (kind === 'fail') return error ?? 'refused';
  return f === 'read' ? `is ${JSON.stringify(value)}` : 'done';
}

function eventsFor(request: Request, cards: { readonly path: string }): RunEvents {
  const { io } = request;
  const teller = new Teller(request);
  let interrupted = false;
  io.onInterrupt(() => {
    interrupted = true;
  });
  return {
    onStanding: (cluster) => {
      const { part, isEmbedded, clock } = cluster;
      const bus = isEmbedded ? 'an embedded Service Bus' : 'Azure Service Bus';
      const { servers } = part.scenario.cluster;
      const seed = `seed ${part.scenario.seed}`;
      const size = `${servers} server processes`;
      teller.line(
        clock.now(),
        `${part.cluster}: ${size} over ${bus}, topic ${part.topic}, ${seed}`,
      );
      announce(cards.path, cluster);
    },
    onLeader: (server, term, at) => teller.line(at, `${server} leads term ${term}`, 'bold'),
    onAnswer: (answer) => teller.answer(answer),
    onEnd: (server, how, at) => teller.line(at, `${server} ${how}`, 'yellow'),
    onBack: (server, at) => teller.line(at, `${server} is back`),
    onNotice: (server, text) => {
      if (request.given.quiet !== true) io.err(`  ${server}: ${clean(text, 300)}\n`);
    },
    isInterrupted: () => interrupted,
  };
}

function exitOf({ conclusion, answered, asked, interrupted }: RunResult): ExitCode {
  if (conclusion.verdict === 'fail') return exits.violation;
  if (interrupted) return exits.interrupted;
  if (asked > 0 && answered === 0) return exits.vacuous;
  return conclusion.verdict === 'unknown' ? exits.unknown : exits.ok;
}

function at(sorted: readonly number[], share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}

function droppedText(dropped: RunResult['dropped']): string[] {
  const said = Object.entries(dropped).filter(([, count]) => count > 0);
  if (said.length === 0) return [];
  return [`  dropped on arrival: ${said.map(([why, count]) => `${count} ${why}`).join(', ')}`];
}

function summary(result: RunResult, style: Style, trace: string): string {
  const { conclusion, answered, asked, records, folder, faults } = result;
  const sorted = result.latenciesMicros.toSorted((a, b) => a - b);
  const p50 = (at(sorted, 0.5) / 1_000).toFixed(1);
  const latency = sorted.length === 0 ? '' : `, p50 ${p50} ms`;
  const struck = faults.length === 0 ? '' : `, ${counted(faults.length, 'fault')}`;
  const { failure, unknown, verdict } = conclusion;
  const head =
    failure !== null
      ? painted(`✖ ${failure.invariant}: ${clean(failure.sentence, 300)}`, { style, colour: 'red' })
      : verdict === 'unknown'
        ? painted(`? ${clean(unknown[0] ?? '', 300)}: not counted as passed`, {
            style,
            colour: 'yellow',
          })
        : painted(`✓ every promise held over ${grouped(records)} records`, {
            style,
            colour: 'green',
          });
  const lines = [
    head,
    `  ${answered} of ${counted(asked, 'request')} answered${latency}${struck}`,
    ...droppedText(result.dropped),
    `  trace     ${trace}`,
    ...(folder === null ? [] : [`  disks     ${folder}`]),
    `  picture   npx whitewater view ${trace}`,
  ];
  return `${lines.join('\n')}\n`;
}

function json(result: RunResult, trace: string, code: ExitCode): string {
  const { conclusion, latenciesMicros, faults, ...rest } = result;
  const { verdict, failure, unknown } = conclusion;
  const sorted = latenciesMicros.toSorted((a, b) => a - b);
  const document = {
    schema: 'whitewater.cluster/1',
    verdict,
    failure,
    unknown,
    ...rest,
    faults: faults.length,
    latencyMicros: { p50: at(sorted, 0.5), p99: at(sorted, 0.99) },
    trace,
    exit: code,
  };
  return `${JSON.stringify(document, null, 2)}\n`;
}

/** Runs the cluster, or (for its own children) one process of it. */
export async function clusterCommand(request: Request): Promise<ExitCode> {
  const { given, io } = request;
  if (given.serverId !== undefined) return childCommand(request);
  refuseSignals(given);
  const sizes = sizesOf(given);
  const out = join(outOf(given), 'cluster');
  const card = { path: join(out, 'cluster.json') };
  const trace = given.trace ?? join(out, 'trace.ndjson');
  const events = eventsFor(request, card);
  try {
    const result = await runCluster({
      ...sizes,
      account: accountGiven(request),
      topic: given.topicName ?? defaultTopic,
      layout: given.layout ?? 'filteredTopic',
      seed: given.seed ?? drawnSeed(),
      out,
      env: io.env,
      trace,
      torment: {
        killEveryMs: given.killEvery,
        pauseEveryMs: given.pause,
        partitionEveryMs: given.partition,
        roughPercent: given.rough,
      },
      events,
    });
    const code = exitOf(result);
    if (given.json === true) io.out(json(result, trace, code));
    else io.out(summary(result, styleOf(given, io), trace));
    return code;
  } finally {
    withdraw(card.path);
  }
}
