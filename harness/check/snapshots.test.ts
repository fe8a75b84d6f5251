/** Judges of compacted logs: what snapshots stand for, on disks, in states, in commits. */
import { describe, expect, test } from 'vitest';
import { commitDurability } from './commit-durability.ts';
import { commitMonotonic } from './commit-monotonic.ts';
import { leaderCompleteness } from './leader-completeness.ts';
import { logMatching } from './log-matching.ts';
import { logTerms } from './log-terms.ts';
import { matchSoundness } from './match-soundness.ts';
import { persistBeforeSend } from './persist-before-send.ts';
import { restartFromDisk } from './restart-from-disk.ts';
import { snapshotSoundness } from './snapshot-soundness.ts';
import { stateMachineSafety } from './state-machine-safety.ts';
import { entries, entry, judged, snapshotTo, TraceBuilder, voters } from './trace-builder.ts';
import { truncateBelowCommit } from './truncate-below-commit.ts';

const all = ['S1', 'S2', 'S3'];
const third = snapshotTo(entry(3, 3));
const agreed = entries(1, 1, 3);

/** Three entries, the last of term 3, committed and applied on S1 and S2; S3 is empty. */
function compactable(): TraceBuilder {
  const trace = new TraceBuilder(...all).start({ term: 3 });
  trace.lead('S1', 3);
  trace.state('S2', 'follower', 3, { leader: 'S1' });
  trace.stored(['S1', 'S2'], ...agreed);
  for (const server of ['S1', 'S2']) {
    trace.commit(server, 3);
    for (const each of agreed) trace.apply(server, each);
  }
  return trace;
}

/** S3 takes over the leader's snapshot. */
function installed(trace: TraceBuilder = compactable()): TraceBuilder {
  trace.state('S3', 'follower', 3, { leader: 'S1' });
  trace.snapshot('S3', third);
  trace.commit('S3', 3);
  trace.restore('S3', third);
  trace.durable('S3');
  return trace;
}

const every = [
  snapshotSoundness,
  stateMachineSafety,
  commitMonotonic,
  commitDurability,
  logMatching,
  logTerms,
  restartFromDisk,
  truncateBelowCommit,
  matchSoundness,
  leaderCompleteness,
  persistBeforeSend,
];

describe('all judges of logs are content with', () => {
  const good: readonly (readonly [string, () => TraceBuilder])[] = [
    [
      'a log that is compacted and goes on',
      () => {
        const trace = compactable();
        trace.snapshot('S1', third, { discardThrough: 2 });
        trace.durable('S1');
        trace.stored(['S1', 'S2'], entry(4, 3));
        trace.commit('S1', 4);
        trace.apply('S1', entry(4, 3));
        return trace;
      },
    ],
    [
      'a snapshot that is installed, and counts as the entries it stands for',
      () => {
        const trace = installed();
        const reply = { kind: 'InstallSnapshotReply', from: 'S3', to: 'S1', term: 3 } as const;
        trace.vote('S3', 3, null);
        trace.durable('S3');
        trace.send({ ...reply, lastIndex: 3, lastTerm: 3, offset: 0, matchIndex: 3, round: 1 });
        trace.match('S1', 'S3', 3, 4);
        trace.stored(['S1', 'S3'], entry(4, 3));
        trace.commit('S1', 4);
        trace.lead('S3', 4);
        return trace;
      },
    ],
    [
      'a snapshot that replaces a log which contradicts it',
      () => {
        const trace = compactable();
        trace.stored(['S3'], ...entries(1, 1, 2, 2));
        trace.snapshot('S3', third, { cutFrom: 4 });
        trace.commit('S3', 3);
        trace.restore('S3', third);
        trace.durable('S3');
        return trace;
      },
    ],
    [
      'a restart from a snapshot and the rest of the log',
      () => {
        const trace = compactable();
        trace.snapshot('S2', third, { discardThrough: 2 });
        trace.durable('S2');
        trace.stored(['S1', 'S2'], entry(4, 3));
        trace.crash('S2', 3);
        trace.online('S2', { term: 3, snapshot: third, log: [entry(3, 3), entry(4, 3)] });
        trace.restore('S2', third);
        trace.commit('S2', 4);
        trace.apply('S2', entry(4, 3));
        return trace;
      },
    ],
    [
      'a crash between the snapshot and the cutting of the log',
      () => {
        const trace = compactable();
        trace.snapshot('S2', third);
        trace.crash('S2', 1, { write: 2, snapshot: true, entries: -1 });
        trace.online('S2', { term: 3, snapshot: third, log: agreed });
        trace.restore('S2', third);
        return trace;
      },
    ],
    [
      'a crash before the snapshot had its name',
      () => {
        const trace = compactable();
        trace.snapshot('S2', third);
        trace.crash('S2', 1, { write: 2, snapshot: false, entries: -1 });
        trace.online('S2', { term: 3, log: agreed });
        return trace;
      },
    ],
  ];
  test.each(good)('%s', (_what, made) => {
    for (const check of every) {
      const outcome = judged(check, made());
      expect([check.name, outcome?.kind === 'fail' ? outcome : 'fine']).toEqual([
        check.name,
        'fine',
      ]);
    }
  });
});

describe('they reject', () => {
  const bad: readonly (readonly [string, (typeof every)[number], () => TraceBuilder, string])[] = [
    [
      'a snapshot of another state than others reached there',
      stateMachineSafety,
      () => {
        const trace = compactable();
        trace.snapshot('S1', { ...third, stateDigest: 99 });
        return trace;
      },
      'S1 reached two different states after a snapshot to index 3',
    ],
    [
      'restoring another state than others reached there',
      stateMachineSafety,
      () => {
        const trace = compactable();
        trace.restore('S3', { ...third, stateDigest: 99 });
        return trace;
      },
      'after restoring a snapshot to index 3',
    ],
    [
      'a snapshot that ends with an entry nobody agreed on',
      snapshotSoundness,
      () => {
        const trace = compactable();
        trace.snapshot('S3', snapshotTo(entry(3, 2)));
        return trace;
      },
      "S3's snapshot to index 3 ends with (index 3, term 2), but (index 3, term 3) is committed",
    ],
    [
      'a snapshot of what is not committed',
      snapshotSoundness,
      () => {
        const trace = compactable();
        trace.log('S1', entry(4, 3));
        trace.snapshot('S1', snapshotTo(entry(4, 3)));
        trace.end('time');
        return trace;
      },
      "S1's snapshot to index 4 covers entries that nobody committed: they end at 3",
    ],
    [
      'a snapshot with another configuration than the one in force there',
      snapshotSoundness,
      () => {
        const trace = compactable();
        trace.snapshot('S1', snapshotTo(entry(3, 3), voters('S1')));
        return trace;
      },
      "S1's snapshot to index 3 says that S1 vote, but S1, S2, S3 do since index 0",
    ],
    [
      'discarding what the snapshot does not cover',
      snapshotSoundness,
      () => {
        const trace = compactable();
        trace.snapshot('S1', snapshotTo(entry(2, 1)), { discardThrough: 3 });
        return trace;
      },
      'S1 would discard entries up to index 3, which its snapshot to index 2 does not cover',
    ],
    [
      'going back to a snapshot older than what was applied',
      snapshotSoundness,
      () => {
        const trace = compactable();
        trace.restore('S2', snapshotTo(entry(2, 1)));
        return trace;
      },
      'S2 went back to a snapshot to index 2, although it had applied up to index 3',
    ],
    [
      'keeping entries behind a snapshot that they contradict',
      logMatching,
      () => {
        const trace = compactable();
        trace.stored(['S2'], entry(4, 3));
        trace.stored(['S3'], ...entries(1, 1, 2, 2));
        trace.snapshot('S3', third);
        return trace;
      },
      'S3 held two different entries at index 3 below one (index 4, term 2)',
    ],
    [
      'applying what a restored snapshot contains',
      commitMonotonic,
      () => {
        const trace = installed();
        trace.apply('S3', entry(1, 1));
        return trace;
      },
      'S3 applied index 1 right after index 3',
    ],
    [
      'coming back without the snapshot',
      restartFromDisk,
      () => {
        const trace = compactable();
        trace.snapshot('S2', third, { discardThrough: 1 });
        trace.durable('S2');
        trace.crash('S2', 2);
        trace.online('S2', { term: 3, log: agreed.slice(1) });
        return trace;
      },
      'S2 came back with no snapshot, but its disk held a snapshot to (index 3, term 3)',
    ],
    [
      'coming back with entries that were discarded',
      restartFromDisk,
      () => {
        const trace = compactable();
        trace.snapshot('S2', third, { discardThrough: 2 });
        trace.durable('S2');
        trace.crash('S2', 2);
        trace.online('S2', { term: 3, snapshot: third, log: agreed });
        return trace;
      },
      'S2 came back with 3 entries, but its disk held 1',
    ],
    [
      'acknowledging a snapshot that is not durable',
      persistBeforeSend,
      () => {
        const trace = compactable();
        trace.vote('S3', 3, null);
        trace.durable('S3');
        trace.snapshot('S3', third);
        const reply = { kind: 'InstallSnapshotReply', from: 'S3', to: 'S1', term: 3 } as const;
        trace.send({ ...reply, lastIndex: 3, lastTerm: 3, offset: 0, matchIndex: 3, round: 1 });
        return trace;
      },
      'S3 acknowledged index 3 to S1, but its disk holds only 0 entries',
    ],
  ];
  test.each(bad)('%s', (_what, check, made, sentence) => {
    const outcome = judged(check, made());
    expect(outcome).toMatchObject({ kind: 'fail' });
    if (outcome?.kind === 'fail') expect(outcome.sentence).toContain(sentence);
  });
});
