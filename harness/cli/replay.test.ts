import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scenarioNamed } from '../../scenarios/named/named.ts';
import { raft } from '../raft/machine.ts';
import type { Effect, Subject } from '../raft/step.ts';
import { readTrace } from '../trace/read.ts';
import { recorded } from './failure.ts';
import { writeTrace } from './failure-folder.ts';
import { memoryLab } from './lab.ts';
import { replayed } from './replay.ts';
import { folder } from './main.test.kit.ts';

/** A machine that draws its own chance, as one with `Math.random()` inside would. */
function forgetful(): Subject {
  let steps = 0;
  return {
    ...raft,
    step(node, input) {
      steps += 1;
      const effects = raft.step(node, input);
      return steps % 97 === 0 ? effects.filter((effect) => effect.kind !== 'send') : effects;
    },
  };
}

function isHeartbeat(effect: Effect): boolean {
  if (effect.kind !== 'send' || effect.message.kind !== 'AppendEntries') return false;
  return effect.message.entries.length === 0;
}

async function recordingOf(subject: Subject) {
  const found = scenarioNamed('figure-8');
  if (found === undefined) throw new Error('figure-8 is gone');
  const path = join(folder(), 'trace.ndjson');
  writeTrace(path, recorded(found.scenario, memoryLab(subject)).records);
  return { ...(await readTrace(path)), path };
}

describe('a replay', () => {
  test('of the same machine is identical', async () => {
    const result = replayed(await recordingOf(raft), memoryLab(raft));
    expect(result).toMatchObject({ kind: 'identical', divergence: null });
  });

  test('by a machine that draws its own chance is nondeterminism', async () => {
    const subject = forgetful();
    const result = replayed(await recordingOf(subject), memoryLab(subject));
    expect(result.kind).toBe('nondeterminism');
    expect(result.divergence?.left).not.toBe(result.divergence?.right);
  });

  test('by a machine that was changed since is told apart from nondeterminism', async () => {
    const silent: Subject = {
      ...raft,
      step: (node, input) => raft.step(node, input).filter((effect) => !isHeartbeat(effect)),
    };
    const result = replayed(await recordingOf(raft), memoryLab(silent));
    expect(result.kind).toBe('changed');
  });
});
