/** Which block of rows goes with which broken promise. */
import type { HistoryRecord } from '../trace/record.ts';
import { historyBlock } from './history-block.ts';
import { logBlock } from './log-block.ts';
import type { Picture } from './picture.ts';
import type { Plot } from './plot.ts';
import type { Block } from './shape.ts';

/** The rows that prove the verdict; none for promises that a sentence explains. */
export function blocksOf(told: { readonly plotted: Plot; readonly picture: Picture }): Block[] {
  const { plotted } = told;
  const { verdict } = plotted;
  if (verdict?.verdict !== 'fail') return [];
  const evidence = verdict.evidence.flatMap((seq) => plotted.record(seq) ?? []);
  const operations = evidence.filter(
    (record): record is HistoryRecord =>
      record.kind === 'invoke' ||
      record.kind === 'ok' ||
      record.kind === 'fail' ||
      record.kind === 'info',
  );
  if (operations.length > 0) return [historyBlock(plotted, operations)];
  const aboutLogs = ['LogMatching', 'StateMachineSafety', 'LeaderCompleteness'];
  if (!aboutLogs.includes(verdict.invariant ?? '')) return [];
  const block = logBlock({ ...told, evidence });
  return block === null ? [] : [block];
}
