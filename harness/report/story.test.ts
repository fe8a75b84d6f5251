import { describe, expect, test } from 'vitest';
import type { TraceRecord } from '../trace/record.ts';
import { tell } from './story.ts';
import { jsonOf } from './json.ts';
import { markdownOf } from './markdown.ts';
import { textOf } from './text.ts';
import { append, ask, TraceScript, vote } from './trace.test.kit.ts';

const five = ['S1', 'S2', 'S3', 'S4', 'S5'];

/** One candidate asks, one server grants; returns the seq of the counting delivery. */
function grant(
  script: TraceScript,
  found: { asked: number; voter: string; candidate: string; term: number; at: number },
): number {
  const { asked, voter, candidate, term, at } = found;
  const heard = script.at(at).deliver(asked);
  const state = {
    server: voter,
    role: 'follower',
    term,
    votedFor: candidate,
    leader: null,
  } as const;
  script.state(state, heard);
  const write = script.write({ server: voter, hard: { term, votedFor: candidate } }, heard);
  const durable = script.add({ kind: 'durable', server: voter, write: script.lastWrite }, write);
  const reply = script.send(vote(voter, candidate, term), durable);
  return script.at(at + 2).deliver(reply);
}

/** S1 hears only S2, and counts its vote twice; S3 wins properly. */
function duplicateVote(): TraceRecord[] {
  const script = new TraceScript(five);
  script.at(100).fault(0, {
    kind: 'partition',
    shape: 'halves',
    side: ['S1', 'S2'],
    clients: false,
    atMs: 100,
    forMs: 500,
  });
  const first = script.at(150).campaign('S1', 2);
  const asks = ['S2', 'S3', 'S4', 'S5'].map((to) => script.send(ask('S1', to, 2), first));
  for (const id of asks.slice(1)) script.drop(id, 0);
  const third = script.at(156).campaign('S3', 2);
  const others = ['S4', 'S5'].map((to) => script.send(ask('S3', to, 2), third));
  const counted = grant(script, {
    asked: asks[0] ?? -1,
    voter: 'S2',
    candidate: 'S1',
    term: 2,
    at: 158,
  });
  grant(script, { asked: others[0] ?? -1, voter: 'S4', candidate: 'S3', term: 2, at: 163 });
  const won = grant(script, {
    asked: others[1] ?? -1,
    voter: 'S5',
    candidate: 'S3',
    term: 2,
    at: 171,
  });
  const leader = { role: 'leader', term: 2, votedFor: 'S3', leader: 'S3' } as const;
  const s3 = script.state({ server: 'S3', ...leader }, won);
  const voteOfS2 = script.records[counted];
  const id = voteOfS2?.kind === 'deliver' ? voteOfS2.id : -1;
  script.at(176).add({ kind: 'duplicate', id, fault: 1 }, script.sent(id).seq);
  const again = script.at(181).deliver(id);
  const s1 = script.state(
    { server: 'S1', role: 'leader', term: 2, votedFor: 'S1', leader: 'S1' },
    again,
  );
  return script.violated('ElectionSafety', 'two leaders in term 2 — S1 and S3', [s3, s1]);
}

/** S2 votes for S1, forgets it in a crash, and votes for S3. */
function forgottenVote(): TraceRecord[] {
  const script = new TraceScript(['S1', 'S2', 'S3']);
  const first = script.at(150).campaign('S1', 2);
  const toS2 = script.send(ask('S1', 'S2', 2), first);
  const toS3 = script.send(ask('S1', 'S3', 2), first);
  script.drop(toS3, 0);
  const heard = script.at(152).deliver(toS2);
  script.state({ server: 'S2', role: 'follower', term: 2, votedFor: 'S1', leader: null }, heard);
  script.write({ server: 'S2', hard: { term: 2, votedFor: 'S1' } }, heard);
  const reply = script.send(vote('S2', 'S1', 2), heard);
  const crash = {
    kind: 'crash',
    server: 'S2',
    fault: 1,
    survived: 0,
    torn: null,
    lost: 1,
  } as const;
  script.at(153).add(crash);
  const won = script.at(155).deliver(reply);
  const s1 = script.state(
    { server: 'S1', role: 'leader', term: 2, votedFor: 'S1', leader: 'S1' },
    won,
  );
  script.at(160).add({
    kind: 'online',
    server: 'S2',
    incarnation: 2,
    term: 1,
    votedFor: null,
    snapshot: null,
    entries: [],
  });
  const third = script.at(170).campaign('S3', 2);
  const again = script.send(ask('S3', 'S2', 2), third);
  const granted = grant(script, { asked: again, voter: 'S2', candidate: 'S3', term: 2, at: 173 });
  const s3 = script.state(
    { server: 'S3', role: 'leader', term: 2, votedFor: 'S3', leader: 'S3' },
    granted,
  );
  return script.violated('ElectionSafety', 'two leaders in term 2 — S1 and S3', [s1, s3]);
}

const entry = (index: number, term: number, digest: number) => ({ index, term, digest });

/** S2 accepts an entry behind a previous one that it does not hold. */
function unmatchedLogs(): TraceRecord[] {
  const script = new TraceScript(['S1', 'S2', 'S3']);
  const propose = (server: string, index: number, term: number, digest: number): number =>
    script.add({
      kind: 'propose',
      server,
      index,
      term,
      digest,
      session: 'c1',
      serial: index,
      command: { f: 'write', key: 'x', value: digest },
      configuration: null,
    });
  propose('S2', 1, 2, 7);
  script.write(
    { server: 'S2', log: { from: 1, entries: [entry(1, 2, 7)] } },
    script.records.length - 1,
  );
  const timer = script.at(150).campaign('S1', 3);
  script.state({ server: 'S1', role: 'leader', term: 3, votedFor: 'S1', leader: 'S1' }, timer);
  const [one, two, three] = [entry(1, 3, 11), entry(2, 3, 12), entry(3, 3, 13)];
  for (const made of [one, two, three]) {
    const proposed = propose('S1', made.index, 3, made.digest);
    script.write({ server: 'S1', log: { from: made.index, entries: [made] } }, proposed);
  }
  for (const made of [one, two, three]) {
    const route = { from: 'S1', to: 'S3' };
    const prev = { prevIndex: made.index - 1, prevTerm: made.index === 1 ? 0 : 3 };
    const id = script.send(append(route, { term: 3, entries: [made], ...prev }), timer);
    const got = script.at(160 + made.index).deliver(id);
    if (made.index === 1) {
      script.state({ server: 'S3', role: 'follower', term: 3, votedFor: null, leader: 'S1' }, got);
    }
    script.write({ server: 'S3', log: { from: made.index, entries: [made] } }, got);
  }
  const late = append(
    { from: 'S1', to: 'S2' },
    { term: 3, entries: [two], prevIndex: 1, prevTerm: 3 },
  );
  const got = script.at(170).deliver(script.send(late, timer));
  const bad = script.write({ server: 'S2', log: { from: 2, entries: [two] } }, got);
  const sentence = 'S1 and S2 disagree at index 1 although both have (index 2, term 3)';
  return script.violated('LogMatching', sentence, [timer + 1, bad]);
}

/** c2 reads an old value after c1's write was acknowledged. */
function staleRead(): TraceRecord[] {
  const script = new TraceScript(['S1', 'S2', 'S3']);
  const w = script.at(350).history('invoke', { process: 1, f: 'write', value: 2 });
  const ok = script.at(391).history('ok', { process: 1, f: 'write', value: 2 });
  script.at(395).history('invoke', { process: 3, f: 'write', value: 3 });
  const r = script.at(412).history('invoke', { process: 2, f: 'read', value: null });
  const bad = script.at(418).history('ok', { process: 2, f: 'read', value: 1 });
  const sentence = "c2's read of x at 412–418 ms returned 1, but x had to be 2";
  return script.violated('Linearizability', sentence, [w, ok, w + 2, r, bad]);
}

/** A leader that says nothing new a hundred times, and a follower that appends one by one. */
function longRun(): TraceRecord[] {
  const script = new TraceScript(['S1', 'S2', 'S3']);
  const timer = script.at(150).campaign('S1', 2);
  script.state({ server: 'S1', role: 'leader', term: 2, votedFor: 'S1', leader: 'S1' }, timer);
  for (let index = 1; index <= 40; index += 1) {
    const made = entry(index, 2, index);
    const route = { from: 'S1', to: 'S2' };
    const prev = { prevIndex: index - 1, prevTerm: index === 1 ? 0 : 2 };
    const id = script.send(append(route, { term: 2, entries: [made], ...prev }), timer);
    const got = script.at(150 + index).deliver(id);
    script.write({ server: 'S2', log: { from: index, entries: [made] } }, got);
    if (index % 2 === 0) {
      script.add({ kind: 'pause', server: 'S2', fault: 0 });
      script.add({ kind: 'resume', server: 'S2', fault: 0 });
    }
  }
  const bad = script.at(400).add({ kind: 'commit', server: 'S2', term: 2, commitIndex: 0 });
  return script.violated('CommitMonotonic', 'S2 moved its commit index back', [bad]);
}

const samples = { duplicateVote, forgottenVote, unmatchedLogs, staleRead, longRun };

describe('the story', () => {
  test('of a vote counted twice fits in a dozen lines', () => {
    expect(textOf(tell(duplicateVote()))).toMatchInlineSnapshot(`
      "ElectionSafety: two leaders in term 2 — S1 and S3

        A term has at most one leader (Raft §5.2).

        what happened   (9 steps, from 42 of 43 events; the rest does not influence the violation)
             0.0 ms  S1–S5 are followers in term 1; logs empty
           150.0 ms  S1's election timer fires → candidate, term 2, votes for itself (1/5)
       ⚠   150.0 ms  S1 → S3–S5: RequestVote T2 ↯ not reached: partition {S1,S2} | {S3,S4,S5}
           156.0 ms  S3's election timer fires → candidate, term 2, votes for itself (1/5)
           160.0 ms  S2 grants its vote to S1 → S1 has 2/5
           165.0 ms  S4 grants its vote to S3 → S3 has 2/5
           173.0 ms  S5 grants its vote to S3 → S3 has 3/5  ★ S3 becomes leader of term 2
       ⚠   176.0 ms  S2's vote to S1 is sent again · by the SDK's retry after a lost acknowledgement
       ✖   181.0 ms  S1 counts S2's vote again → S1 has “3/5”  ★ S1 becomes leader of term 2
      "
    `);
  });

  test('of a vote forgotten in a crash names the write that was lost', () => {
    expect(textOf(tell(forgottenVote()))).toMatchInlineSnapshot(`
      "ElectionSafety: two leaders in term 2 — S1 and S3

        A term has at most one leader (Raft §5.2).

        what happened   (9 steps, from 28 of 28 events; the rest does not influence the violation)
             0.0 ms  S1–S3 are followers in term 1; logs empty
           150.0 ms  S1's election timer fires → candidate, term 2, votes for itself (1/3)
       ⚠   150.0 ms  S1 → S3: RequestVote T2 ↯ not reached: message lost (SDK gave up: ServiceTimeout)
           152.0 ms  S2 grants its vote to S1 in term 2
       ⚠   153.0 ms  S2 crashes: 1 unsynced write lost (its vote for S1 in term 2) · process killed (host
                     replaced, container evicted)
           155.0 ms  S2's vote reaches S1 → S1 has 2/3  ★ S1 becomes leader of term 2
           160.0 ms  S2 comes back with term 1, no vote and an empty log on its disk
           170.0 ms  S3's election timer fires → candidate, term 2, votes for itself (1/3)
       ✖   175.0 ms  S2 grants its vote to S3 → S3 has 2/3  ★ S3 becomes leader of term 2
      "
    `);
  });

  test('of unequal logs shows both logs and where they part', () => {
    expect(textOf(tell(unmatchedLogs()))).toMatchInlineSnapshot(`
      "LogMatching: S1 and S2 disagree at index 1 although both have (index 2, term 3)

        Two logs with an entry of the same index and term are equal up to that entry (Raft §5.3).

        what happened   (3 steps, from 14 of 28 events; the rest does not influence the violation)
             0.0 ms  S1–S3 are followers in term 1; logs empty
           150.0 ms  S1's election timer fires → ★ S1 becomes leader of term 3
       ✖   170.0 ms  S2 appends 2 (T3) from S1, although it should follow (1, T3) and it holds T2 there

        S1 and S2 disagree from index 1 on
           index       1      2      3
           S1 ★T3      3:a    3:b    3:c   commit 0
           S2        ✖ 2:d    3:b          commit 0
             3:a at 1 on S1: made by S1 in term 3 at 150.0 ms: write(x, 11)
             2:d at 1 on S2: made by S2 in term 2 at 0.0 ms: write(x, 7)
      "
    `);
  });

  test('of a stale read draws the operations and marks the impossible one', () => {
    expect(textOf(tell(staleRead()))).toMatchInlineSnapshot(`
      "Linearizability: c2's read of x at 412–418 ms returned 1, but x had to be 2

        Each operation seems to happen at one moment between its call and its answer.

        what happened   (6 steps, from 5 of 8 events; the rest does not influence the violation)
             0.0 ms  S1–S3 are followers in term 1; logs empty
           350.0 ms  c1 asks: write(x, 2)
           391.0 ms  c1's write(x, 2) is acknowledged
           395.0 ms  c3 asks: write(x, 3)
           412.0 ms  c2 asks: read(x)
       ✖   418.0 ms  c2's read(x) returns 1

        the operations that no order explains
           c1   write(x, 2)  |───────✓────────|                350.0–391.0 ms
           c3   write(x, 3)                     |╌╌╌╌?╌╌╌╌╌    395.0– ms   outcome unknown
           c2   read(x) → 1                            |✖─|    412.0–418.0 ms
      "
    `);
  });

  test('of more than twenty steps keeps the first three and the last twelve', () => {
    const story = tell(longRun());
    const lines = textOf(story).split('\n');
    expect(story.steps).toBeGreaterThan(20);
    expect(lines.filter((line) => line.includes('in between'))).toStrictEqual([
      `               … ${story.steps - 15} steps in between (whitewater explain --full)`,
    ]);
    expect(textOf(story, { full: true })).not.toContain('in between');
  });

  test.each(Object.entries(samples))('of %s is the same bytes at every telling', (_, make) => {
    expect(textOf(tell(make()))).toBe(textOf(tell(make())));
    expect(jsonOf(tell(make()))).toBe(jsonOf(tell(make())));
    expect(markdownOf(tell(make()))).toBe(markdownOf(tell(make())));
  });

  test.each(Object.entries(samples))('of %s ends with the violation', (_, make) => {
    expect(tell(make()).lines.at(-1)?.mark).toBe('✖');
  });

  test.each(Object.entries(samples))('of %s fits its columns and knows ASCII', (_, make) => {
    for (const width of [60, 100]) {
      const plain = textOf(tell(make()), { ascii: true, width, full: true });
      expect(plain).toMatch(/^[\n\x20-\x7e]*$/u);
      for (const text of [plain, textOf(tell(make()), { width, full: true })]) {
        expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
      }
    }
  });
});

describe('foreign strings', () => {
  const nasty = ['a\nb', '\u001b[31mred', '\u202eevil', '```\n# x', '\u0007', '漢字', '<script>'];

  test.each(nasty)('%j as key and value break no layout', (text) => {
    const script = new TraceScript(['S1', 'S2', 'S3']);
    const call = script.at(1).history('invoke', { process: 1, f: 'write', value: text, key: text });
    const end = script.at(2).history('ok', { process: 1, f: 'write', value: text, key: text });
    const records = script.violated('Linearizability', `wrote ${text}`, [call, end]);
    const story = tell(records);
    const clean = textOf(tell(staleRead())).split('\n').length;
    const lines = textOf(story).split('\n');
    expect(lines.length).toBeLessThanOrEqual(clean + 1);
    // oxlint-disable-next-line no-control-regex -- no such character may get through
    expect(lines.join('')).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e]/u);
    const fences = markdownOf(story)
      .split('\n')
      .filter((line) => /^`{3,}/u.test(line));
    expect(fences).toHaveLength(2);
    expect(markdownOf(story).split('\n')[0]).not.toContain('<script>');
  });
});

test('a passing trace says so in its last line and marks nothing as broken', () => {
  const records = forgottenVote().filter((record) => record.kind !== 'verdict');
  const last = records.length;
  const passed: TraceRecord = {
    kind: 'verdict',
    seq: last,
    at: 0,
    cause: -1,
    verdict: 'pass',
    invariant: null,
    sentence: 'all promises held',
    evidence: [],
    records: last,
  };
  const story = tell([...records, passed]);
  expect(story.lines.map((line) => line.mark)).not.toContain('✖');
  expect(textOf(story)).toContain('all promises held');
});
