/** Judging another system's history: one sequential object, key by key. */
import { HistoryBuilder } from '../check/history-builder.ts';
import { History } from '../check/history.ts';
import type { HistoryTold } from '../check/linearizability/check.ts';
import { linearizabilityCheck } from '../check/linearizability/check.ts';
import type { KeyOrder } from '../check/linearizability/orders.ts';
import { ordersOf } from '../check/linearizability/orders.ts';
import type { PanelVerdict } from '../check/panel.ts';
import { clean } from '../report/words.ts';
import { takeHistory } from '../trace/foreign.ts';
import { UserError } from '../trace/user-error.ts';
import { judgeShared } from './check-threads.ts';
import { passageOf } from './passage.ts';
import type { Request } from './request.ts';

export interface JudgedHistory {
  readonly told: HistoryTold;
  readonly verdict: PanelVerdict;
  readonly records: number;
  readonly operations: number;
  readonly wallMs: number;
  readonly remarks: readonly string[];
  /** On request: for each key an order that explains it, or the longest there is. */
  readonly orders: readonly KeyOrder[] | null;
}

const configurations = 10_000_000;
const timeoutMsDefault = 10_000;

/** Reads and judges; a history without a single operation is the caller's mistake. */
export async function judgeForeign(path: string, request: Request): Promise<JudgedHistory> {
  const { io, given } = request;
  const began = io.now();
  const model = given.model ?? 'cas-register';
  const builder = new HistoryBuilder({ file: path });
  let records = 0;
  const torn = takeHistory(path, { model, failedCas: given.failedCas }, (record) => {
    records += 1;
    builder.take(record);
  });
  if (records === 0) {
    throw new UserError('the file holds no operation', { file: path, remedy: 'Name a history' });
  }
  const history = new History(builder.finish());
  const limits = {
    configurations,
    timeoutMs: given.timeout ?? timeoutMsDefault,
    ...(given.memory === undefined ? {} : { bytes: given.memory * 2 ** 20 }),
  };
  const budget = { ...limits, now: () => io.now() };
  const passage = passageOf(request);
  passage.begin('judging', records);
  const told = await judgeShared(history, { workers: given.workers ?? 1, limits, budget });
  passage.end();
  return {
    told,
    verdict: asPanel(told, linearizabilityCheck(model)),
    records,
    operations: history.columns.count,
    wallMs: Math.round(io.now() - began),
    remarks: torn === null ? [] : [`the last line (${torn.line}) is cut off and was left out`],
    orders: given.witness === true ? ordersOf(history, budget) : null,
  };
}

function asPanel(
  { verdict }: HistoryTold,
  check: ReturnType<typeof linearizabilityCheck>,
): PanelVerdict {
  const outcomes = [{ check, outcome: verdict }];
  switch (verdict.kind) {
    case 'fail':
      return { kind: 'fail', check, outcomes, ...sentenceOf(verdict) };
    case 'unknown':
      return { kind: 'unknown', check, sentence: verdict.reason, evidence: [], outcomes };
    case 'pass':
      return verdict.examined > 0
        ? { kind: 'pass', check: null, sentence: 'linearizable', evidence: [], outcomes }
        : { kind: 'vacuous', check, sentence: 'no operation was answered', evidence: [], outcomes };
  }
}

function sentenceOf(failure: { readonly sentence: string; readonly evidence: readonly number[] }): {
  readonly sentence: string;
  readonly evidence: readonly number[];
} {
  const { sentence, evidence } = failure;
  return { sentence, evidence };
}

/** The orders as lines: each step with the value after it, and why nothing could come next. */
export function orderLines(orders: readonly KeyOrder[]): string[] {
  return orders.flatMap(({ key, kind, order, next }) => [
    `  ${clean(key)}: ${kind}, ${order.length} operations in order`,
    ...order.map(({ operation, after }) => {
      const { client, f, value, result } = operation;
      const shown = f === 'read' ? result : value;
      const said = clean(`${client} ${f} ${JSON.stringify(shown)}`);
      return `    ${said} → ${clean(JSON.stringify(after))}`;
    }),
    ...next.map(({ operation, reason }) =>
      clean(`    ✖ ${operation.client} ${operation.f} cannot come next: ${reason}`),
    ),
  ]);
}
