/** `whitewater replay --target`: a recorded schedule enforced on a real bus, and judged again. */
import { version } from '../trace/version.ts';
import { raft } from '../raft/machine.ts';
import type { EnforceOptions } from '../replay/enforce.ts';
import { enforce } from '../replay/enforce.ts';
import { BusUnusable } from '../replay/relay.ts';
import type { Enforced } from '../replay/result.ts';
import { clean, counted, grouped } from '../report/words.ts';
import type { Trace } from '../trace/read.ts';
import { parseScenario } from '../world/scenario-schema.ts';
import { store } from '../world/store.ts';
import { asides, countsText, findingsJson, sidesOf } from './conformity.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { writeTrace } from './failure-folder.ts';
import { recordedInvariants } from './input.ts';
import { labFor, mutantNamed } from './lab.ts';
import type { Colour } from './paint.ts';
import { painted, styleOf } from './paint.ts';
import { passageOf } from './passage.ts';
import { progressOf } from './progress.ts';
import type { Target } from './replay-target.ts';
import { openTarget, unusable } from './replay-target.ts';
import type { Request } from './request.ts';

/** Everything about a recorded run that does not depend on where it is replayed. */
export function rehearsed(
  trace: Trace & { readonly path: string },
  given: { readonly path: string },
): Pick<
  EnforceOptions,
  'header' | 'records' | 'scenario' | 'subject' | 'application' | 'checks' | 'around'
> {
  const { header, records } = trace;
  const scenario = parseScenario(header.scenario, trace.path);
  const invariants = recordedInvariants(given.path);
  const { subject, checks } = labFor({ mutant: header.subject, invariants });
  const around = header.subject === raft.name ? undefined : mutantNamed(header.subject).bus;
  const common = { header, records, scenario, subject, checks, application: store };
  return around === undefined ? common : { ...common, around };
}

async function played(
  trace: Trace & { readonly path: string },
  target: Target,
  request: Request,
): Promise<Enforced | null> {
  const { io, args } = request;
  const progress = progressOf(request);
  const { live, adapter, run, topic, patienceMicros } = target;
  const total = grouped(trace.records.length);
  const playing = enforce({
    ...rehearsed(trace, { path: args[0] ?? '' }),
    live,
    adapter,
    run,
    topic,
    patienceMicros,
    pathOf: (participant) => target.pathOf(participant),
    onRecord: (done) => progress.show(() => `record ${grouped(done)} of ${total}`),
  });
  let ignore = (): void => undefined;
  const interrupted = new Promise<null>((resolve) => {
    ignore = io.onInterrupt(() => resolve(null));
  });
  try {
    return await Promise.race([playing, interrupted]);
  } catch (cause) {
    throw cause instanceof BusUnusable ? unusable(cause, adapter) : cause;
  } finally {
    ignore();
    progress.clear();
    playing.catch(() => undefined);
  }
}

function exitFor({ end, conclusion, reproduced }: Enforced, request: Request): ExitCode {
  const { expect } = request.given;
  const conforms = end === 'played';
  if (expect === 'ok')
    return conforms && conclusion.verdict === 'pass' ? exits.ok : exits.violation;
  if (expect === 'violation') {
    const isMet = conforms && reproduced && conclusion.verdict === 'fail';
    return isMet ? exits.ok : exits.violation;
  }
  if (!conforms || conclusion.verdict === 'fail') return exits.violation;
  return conclusion.verdict === 'unknown' ? exits.unknown : exits.ok;
}

function verdictLine({ conclusion, reproduced, expected }: Enforced, target: Target): string {
  const where = `over the ${target.adapter === 'azure' ? 'live namespace' : 'broker'}`;
  const { failure, verdict, unknown } = conclusion;
  const then = expected === null ? 'the recording has no verdict' : 'not what was recorded';
  const beside = reproduced ? 'same as recorded' : then;
  if (failure !== null) {
    const verb = reproduced ? 'reproduced' : 'violated';
    return `✖ ${verb} ${failure.invariant} ${where} (${beside}): ${failure.sentence}`;
  }
  if (verdict === 'unknown') return `? undecided ${where} (${beside}): ${unknown.join('; ')}`;
  return `✓ no violation ${where} (${beside})`;
}

/** Where the run and the trace parted, with both sides. */
function partingLines({ first, end, unplayed }: Enforced): string[] {
  if (first === null) return [];
  const at = grouped(first.seq);
  const left = unplayed === 0 ? '' : `; ${counted(unplayed, 'record')} after it not played`;
  const what =
    end === 'timedOut' ? `gave up at record ${at}` : `protocol divergence at record ${at}`;
  return [`✖ ${what}${left}`, ...sidesOf(first, ['expected', 'happened'])];
}

function millis(micros: number): string {
  return `${(micros / 1_000).toFixed(1)} ms`;
}

function tell(result: Enforced, target: Target, request: Request): void {
  const { given, io } = request;
  const style = styleOf(given, io);
  const { travel, counts, records } = result;
  const colour: Colour = result.conclusion.verdict === 'pass' ? 'green' : 'red';
  const parting = partingLines(result);
  const [headline = '', ...sides] = parting;
  const times = `median ${millis(travel.medianMicros)}, at most ${millis(travel.maxMicros)}`;
  const lines = [
    ...(parting.length > 0 ? [painted(headline, { style, colour: 'red' }), ...sides] : []),
    painted(clean(verdictLine(result, target), 1_000), { style, colour }),
    `  ${grouped(records.length)} records: ${countsText(counts)}`,
    `  ${counted(travel.published, 'message')} sent, ${grouped(travel.received)} received: ${times}`,
    ...asides(result.end === 'timedOut' ? result.findings.slice(0, -1) : result.findings),
    ...[...result.remarks, ...target.notices].slice(0, 5).map((text) => `  ⚠ ${clean(text, 300)}`),
    ...(given.record === undefined ? [] : [`  the live trace: ${clean(given.record)}`]),
  ];
  io.out(`${lines.join('\n')}\n`);
}

function json(result: Enforced, target: Target, code: ExitCode): object {
  const { conclusion, expected, end, counts, first, reproduced, travel, unplayed } = result;
  return {
    schema: 'whitewater.replay-live/1',
    target: target.adapter,
    end,
    verdict: conclusion.verdict,
    failure: conclusion.failure,
    recorded:
      expected === null ? null : { verdict: expected.verdict, invariant: expected.invariant },
    reproduced,
    records: result.records.length,
    unplayed,
    counts,
    first,
    ...findingsJson(result.findings),
    travel,
    remarks: [...result.remarks, ...target.notices],
    whitewater: version,
    exit: code,
  };
}

/** Plays the trace over the bus that `--target` names, compares, judges, tells. */
export async function replayLive(kind: Target['adapter'], request: Request): Promise<ExitCode> {
  const { given, io, args } = request;
  const trace = await passageOf(request).read(args[0] ?? '');
  const { header } = trace;
  rehearsed(trace, { path: args[0] ?? '' });
  const target = await openTarget(kind, [...header.servers, ...header.clients], request);
  let result: Enforced | null;
  try {
    result = await played(trace, target, request);
  } finally {
    await target.close();
  }
  if (result === null) return exits.interrupted;
  if (given.record !== undefined) writeTrace(given.record, result.records);
  const code = exitFor(result, request);
  if (given.json === true) io.out(`${JSON.stringify(json(result, target, code), null, 2)}\n`);
  else tell(result, target, request);
  return code;
}
