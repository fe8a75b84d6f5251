/** The public entry of the judge of histories: of objects of one's own, and of registers and stores. */
export type { Budget } from './budget.ts';
export type { ObjectAnswer, ObjectOperation, ObjectVerdict, SequentialObject } from './object.ts';
export type { HistoryTold, KeyTold } from './check.ts';
export type { History, Operation } from '../history.ts';
export type { Verdict } from '../check.ts';
export type { HistoryRecord, Json } from '../../trace/record.ts';
export { judgeHistory, judgeKeys } from './check.ts';
export { historyOf } from '../history.ts';
export { impossible, linearizable } from './object.ts';
