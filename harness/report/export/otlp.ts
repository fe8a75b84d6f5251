/**
 * OpenTelemetry spans as OTLP JSON: a trace for each client operation, whose root is the operation
 * as its client saw it; inside, a span for every step that some server or client took because of it,
 * below the step that caused it. Ids are hashes of the scenario and of the records' numbers, so that
 * two exports are the same bytes. Virtual time begins at the epoch below.
 */
import { createHash } from 'node:crypto';
import type { HistoryRecord, Json, TraceRecord } from '../../trace/record.ts';
import { version } from '../../trace/version.ts';
import { whatOf } from '../../trace/render.ts';
import { callText } from '../clients.ts';
import type { Plot, Step } from '../plot.ts';
import { plot } from '../plot.ts';
import { clean } from '../words.ts';
import type { CalledOperation } from './history.ts';
import { operationsOf } from './history.ts';
import { plainJson } from './plain.ts';
import type { Take } from './take.ts';

/** 2000-01-01T00:00:00Z in microseconds: an epoch of zero means "not set" to many readers. */
const epochMicros = 946_684_800_000_000;

/** The numbers of the protocol. */
const spanKind = { internal: 1, client: 3, consumer: 5 } as const;
const statusCode = { unset: 0, ok: 1, error: 2 } as const;

interface Attribute {
  readonly key: string;
  readonly value: object;
}

interface Span {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes: readonly Attribute[];
  readonly events: readonly object[];
  readonly status: object;
}

interface Making {
  readonly plotted: Plot;
  /** Of everything that decides the run: the beginning of every id. */
  readonly run: string;
  readonly operations: ReadonlyMap<number, CalledOperation>;
  /** Trace and span of a step that belongs to an operation, by the seq of its root. */
  readonly places: Map<number, { readonly traceId: string; readonly spanId: string }>;
  /** In the order in which actors first did something. */
  readonly spans: Map<string, Span[]>;
}

/** Shows the document to `take`, one span a line. */
export function otlpLines(records: readonly TraceRecord[], take: Take): void {
  const plotted = plot(records);
  const making: Making = {
    plotted,
    run: hex(plainJson(plotted.header), 64),
    operations: new Map(operationsOf(records).map((one) => [one.call.seq, one])),
    places: new Map(),
    spans: new Map(),
  };
  for (const step of plotted.steps) addStep(making, step);
  take('{"resourceSpans":[');
  const actors = [...making.spans];
  actors.forEach(([actor, spans], index) => {
    take(`{"resource":${plainJson({ attributes: resourceOf(actor) })},"scopeSpans":[`);
    take(`{"scope":${plainJson({ name: 'whitewater', version })},"spans":[`);
    spans.forEach((span, at) => take(plainJson(span) + (at + 1 < spans.length ? ',' : '')));
    take(index + 1 < actors.length ? ']}]},' : ']}]}');
  });
  take(']}');
}

function resourceOf(actor: string): readonly Attribute[] {
  return [
    attribute('service.namespace', 'whitewater'),
    attribute('service.name', clean(actor, 60)),
    attribute('service.instance.id', clean(actor, 60)),
  ];
}

/** The first so many hex digits of a hash; never all zero. */
function hex(text: string, digits: number): string {
  const hash = createHash('sha256').update(text).digest('hex').slice(0, digits);
  return /^0+$/u.test(hash) ? `${hash.slice(1)}1` : hash;
}

function addStep(making: Making, step: Step): void {
  const { root, actor } = step;
  const operation = making.operations.get(root.seq);
  const cause = making.plotted.stepOf(root.cause)?.root.seq ?? -1;
  const parent = making.places.get(cause);
  if (actor === null || (operation === undefined && parent === undefined)) return;
  const traceId = parent?.traceId ?? hex(`${making.run} trace ${root.seq}`, 32);
  const spanId = hex(`${making.run} span ${root.seq}`, 16);
  making.places.set(root.seq, { traceId, spanId });
  const ids = { traceId, spanId, parentSpanId: parent?.spanId ?? '' };
  const span =
    operation === undefined
      ? { ...ids, ...handling(making, step) }
      : { ...ids, ...calling(making, step, operation) };
  const known = making.spans.get(actor);
  if (known === undefined) making.spans.set(actor, [span]);
  else known.push(span);
}

type Body = Omit<Span, 'traceId' | 'spanId' | 'parentSpanId'>;

/** The operation as its client saw it; without an end it lasts as long as the run. */
function calling({ plotted }: Making, step: Step, { call, end }: CalledOperation): Body {
  const last = plotted.records.at(-1)?.at ?? call.at;
  const until = end?.at ?? last;
  return {
    name: clean(callText(call), 80),
    kind: spanKind.client,
    startTimeUnixNano: nanos(call.at),
    endTimeUnixNano: nanos(Math.max(until, call.at)),
    attributes: [
      attribute('whitewater.seq', call.seq),
      attribute('whitewater.process', call.process),
      attribute('whitewater.f', call.f),
      attribute('whitewater.key', clean(call.key, 200)),
      attribute('whitewater.outcome', end?.kind ?? 'open'),
      ...(end?.kind === 'ok' ? [attribute('whitewater.value', plainJson(end.value))] : []),
    ],
    events: eventsOf(plotted, step),
    status: statusOf(end),
  };
}

function statusOf(end: HistoryRecord | null): object {
  if (end === null) return { code: statusCode.unset };
  if (end.kind === 'ok') return { code: statusCode.ok };
  return { code: statusCode.error, message: clean(end.error ?? end.kind, 200) };
}

/** A step of a server or a client: from its input to the last thing that came of it. */
function handling({ plotted }: Making, step: Step): Body {
  const { root, effects } = step;
  const until = effects.reduce((latest, { at }) => Math.max(latest, at), root.at);
  const message = root.kind === 'deliver' ? plotted.fates.get(root.id)?.send : undefined;
  const about =
    message === undefined
      ? []
      : [
          attribute('messaging.system', 'servicebus'),
          attribute('messaging.operation.type', 'process'),
          attribute('messaging.message.id', `m${message.id}`),
          attribute('whitewater.from', clean(message.from, 60)),
        ];
  return {
    name: message?.message.kind ?? root.kind,
    kind: message === undefined ? spanKind.internal : spanKind.consumer,
    startTimeUnixNano: nanos(root.at),
    endTimeUnixNano: nanos(until),
    attributes: [
      attribute('whitewater.seq', root.seq),
      ...about,
      attribute('whitewater.what', whatOf(root)),
    ],
    events: eventsOf(plotted, step),
    status: { code: statusCode.unset },
  };
}

/** What came of it, and what became of the messages that it sent in vain. */
function eventsOf(plotted: Plot, { effects }: Step): readonly object[] {
  const losses = effects.flatMap((effect) =>
    effect.kind === 'send' ? (plotted.fates.get(effect.id)?.drops ?? []) : [],
  );
  return [...effects, ...losses].map((record) => ({
    timeUnixNano: nanos(record.at),
    name: record.kind,
    attributes: [
      attribute('whitewater.seq', record.seq),
      attribute('whitewater.what', whatOf(record)),
    ],
  }));
}

/** Nanoseconds as the text that OTLP wants: they are more than a number holds. */
function nanos(micros: number): string {
  return `${epochMicros + micros}000`;
}

/** Strings and whole numbers; the latter are texts in OTLP JSON. */
function attribute(key: string, value: Json): Attribute {
  if (typeof value === 'number') return { key, value: { intValue: String(value) } };
  return { key, value: { stringValue: typeof value === 'string' ? value : plainJson(value) } };
}
