/** What is hot at the end of a quiet period: named, with how long and by what. */
import { describe, expect, test } from 'vitest';
import type { Check } from './check.ts';
import type { Heat } from './heat.ts';
import { cold, cool, heatText, move, warm } from './heat.ts';
import { leaderElected } from './liveness.ts';
import { operationsComplete } from './operations-complete.ts';
import { entries, judged, TraceBuilder } from './trace-builder.ts';

const second = 1_000_000;
const quiet = { quietAt: 2 * second, endAt: 10 * second, reason: 'time' } as const;

function hotSince(hotAt: number, ...moves: readonly number[]): Heat {
  const heat = cold();
  warm(heat, hotAt * second);
  for (const at of moves) move(heat, at * second);
  return heat;
}

describe('the temperature', () => {
  test('is a livelock when things go on to the last quarter', () => {
    expect(heatText(quiet, hotSince(3, 4, 6, 8.5), 'vote')).toBe(
      '; livelock: for 7.0 s, through 3 votes',
    );
  });

  test('is a deadlock when they do not', () => {
    expect(heatText(quiet, hotSince(3, 4, 6), 'vote')).toBe(
      '; deadlock: for 7.0 s, the last 4.0 s without a vote',
    );
    expect(heatText(quiet, hotSince(1), 'vote')).toBe(
      '; deadlock: for 8.0 s, the last 8.0 s without a vote',
    );
  });

  test('keeps the first hot moment until it is cold', () => {
    const heat = hotSince(3, 4);
    warm(heat, 5 * second);
    expect(heat.hotAt).toBe(3 * second);
    cool(heat);
    expect(heat).toEqual(cold());
    warm(heat, 9 * second);
    expect(heatText(quiet, heat, 'vote')).toContain('for 1.0 s');
  });

  test('says nothing of a run that settled, or of what is cold', () => {
    expect(heatText({ ...quiet, reason: 'settled' }, hotSince(3), 'vote')).toBe('');
    expect(heatText(quiet, cold(), 'vote')).toBe('');
  });
});

function healthy(): TraceBuilder {
  const trace = new TraceBuilder('S1', 'S2', 'S3').start();
  trace.lead('S1', 2);
  for (const server of ['S2', 'S3']) trace.state(server, 'follower', 2, { leader: 'S1' });
  trace.stored(['S1', 'S2', 'S3'], ...entries(2));
  trace.add({ kind: 'quiet' });
  return trace;
}

function sentenceOf(check: Check, trace: TraceBuilder): string {
  trace.end('time');
  const verdict = judged(check, trace);
  return verdict?.kind === 'fail' ? verdict.sentence : '';
}

describe('the judges of the quiet period', () => {
  test('call elections without end a livelock, and nobody campaigning a deadlock', () => {
    const busy = healthy();
    for (let term = 3; term < 13; term++) {
      busy.at += second;
      busy.state('S1', 'candidate', term);
    }
    expect(sentenceOf(leaderElected, busy)).toMatch(
      /; livelock: for 9\.\d s, through \d+ state changes$/u,
    );
    const still = healthy();
    still.state('S1', 'follower', 3);
    still.at += 10 * second;
    expect(sentenceOf(leaderElected, still)).toContain('; deadlock: for 10.0 s');
  });

  test('call an operation that nobody asks for again a deadlock', () => {
    const trace = healthy();
    trace.operation('invoke', 2);
    trace.at += 10 * second;
    expect(sentenceOf(operationsComplete, trace)).toMatch(
      /; deadlock: for 10\.0 s, the last 10\.0 s without a request$/u,
    );
  });
});
