/** Judging a trace of etcd's raft: every line an action of the specification. */
import type { PanelVerdict } from '../check/panel.ts';
import { newEtcdJudge } from '../check/specification/etcd-actor.ts';
import { judgeEtcdEvent } from '../check/specification/etcd.ts';
import { specification } from '../check/specification/specification.ts';
import type { Action } from '../check/specification/state.ts';
import { grouped } from '../report/words.ts';
import { readEtcdEvents } from '../trace/etcd-raft.ts';
import { UserError } from '../trace/user-error.ts';

export interface JudgedEtcd {
  readonly verdict: PanelVerdict;
  readonly records: number;
  readonly remarks: readonly string[];
  readonly actions: ReadonlyMap<Action, number>;
}

/** Reads and judges; the evidence is the file's line. A file without an event is a mistake. */
export async function judgeEtcd(path: string): Promise<JudgedEtcd> {
  const judge = newEtcdJudge();
  let wrong: { readonly sentence: string; readonly line: number } | null = null;
  const torn = await readEtcdEvents(path, (event, line) => {
    if (wrong !== null) return;
    const sentence = judgeEtcdEvent(judge, event);
    if (sentence !== null) wrong = { sentence, line };
  });
  if (judge.lines === 0) {
    throw new UserError("the file holds no line of etcd's tracer", {
      file: path,
      remedy: 'Name a trace',
    });
  }
  return {
    verdict: verdictOf(wrong),
    records: judge.lines,
    remarks: torn === null ? [] : [`the last line (${torn.line}) is cut off and was left out`],
    actions: judge.coverage,
  };
}

function verdictOf(
  wrong: { readonly sentence: string; readonly line: number } | null,
): PanelVerdict {
  const base = { check: null, outcomes: [] };
  if (wrong === null) return { ...base, kind: 'pass', sentence: '', evidence: [] };
  const { sentence, line } = wrong;
  return { ...base, kind: 'fail', check: specification, sentence, evidence: [line] };
}

/** How often each action was taken, in two lines: those taken, and those never. */
export function actionLines(actions: ReadonlyMap<Action, number>): readonly string[] {
  const all = [...actions];
  const taken = all
    .filter(([, times]) => times > 0)
    .map(([name, times]) => `${name} ${grouped(times)}`);
  const never = all.filter(([, times]) => times === 0).map(([name]) => name);
  const lines = [`  actions: ${taken.join(', ')}`];
  if (never.length > 0) lines.push(`  never taken: ${never.join(', ')}`);
  return lines;
}
