/** Judges of membership: whose disks count, who may change what and when, who has to follow. */
import { describe, expect, test } from 'vitest';
import type { Configuration } from '../trace/record.ts';
import { commitDurability } from './commit-durability.ts';
import { configurationRules } from './configuration-rules.ts';
import { leaderElected, logsConverge } from './liveness.ts';
import { hasQuorum, isMember, quorumText } from './members.ts';
import { entries, entry, judged, TraceBuilder, voters } from './trace-builder.ts';

const servers = ['S1', 'S2', 'S3', 'S4', 'S5'];
const three = voters('S1', 'S2', 'S3');
const four = voters('S1', 'S2', 'S3', 'S4');
const joint: Configuration = { ...voters('S1', 'S4', 'S5'), outgoing: ['S1', 'S2', 'S3'] };

/** S1 leads S1, S2, S3 with one committed entry; S4 and S5 are spares. */
function cluster(): TraceBuilder {
  const trace = new TraceBuilder(...servers);
  trace.header(three);
  trace.start();
  trace.lead('S1', 1);
  trace.stored(['S1', 'S2'], entry(1, 1));
  trace.commit('S1', 1);
  return trace;
}

/** The change stands in S1's log and on the disks named. */
function changed(configuration: Configuration, ...disks: readonly string[]): TraceBuilder {
  const trace = cluster();
  trace.change('S1', entry(2, 1), configuration);
  trace.configure('S1', 2, configuration);
  trace.durable('S1');
  trace.stored(disks, ...entries(1, 1));
  return trace;
}

const sentenceOf = (outcome: ReturnType<typeof judged>): string =>
  outcome?.kind === 'fail' ? outcome.sentence : (outcome?.kind ?? '');

describe('quorums', () => {
  test.each([
    [three, ['S1', 'S2'], true],
    [three, ['S1', 'S4', 'S5'], false],
    [joint, ['S1', 'S2'], false],
    [joint, ['S1', 'S2', 'S4'], true],
    [joint, ['S1', 'S4', 'S5'], false],
    [voters(), [], true],
  ])('%j with %j', (configuration, holders, enough) => {
    expect(hasQuorum(configuration, (id) => holders.includes(id))).toBe(enough);
  });

  test('are told in words, and learners are members', () => {
    expect(quorumText(three)).toBe('2 of 3');
    expect(quorumText(joint)).toBe('2 of S1, S4, S5 and 2 of S1, S2, S3');
    expect(isMember({ ...three, learners: ['S4'] }, 'S4')).toBe(true);
    expect(isMember(three, 'S4')).toBe(false);
  });
});

describe('CommitDurability', () => {
  test('asks the voters only: learners and spares do not count', () => {
    const trace = new TraceBuilder(...servers);
    trace.header({ ...three, learners: ['S4'] });
    trace.start();
    trace.lead('S1', 1);
    trace.stored(['S1', 'S4', 'S5'], entry(1, 1));
    trace.commit('S1', 1);
    expect(sentenceOf(judged(commitDurability, trace))).toContain(
      'but only S1, S4 and S5 have it on disk; 2 of 3 needed',
    );
  });

  test('goes by the configuration that stands in the log, committed or not', () => {
    const trace = changed(four, 'S2');
    trace.commit('S1', 2);
    expect(sentenceOf(judged(commitDurability, trace))).toContain('3 of 4 needed');
  });

  test('is content with a majority of the new configuration', () => {
    const trace = changed(four, 'S2', 'S4');
    trace.commit('S1', 2);
    expect(sentenceOf(judged(commitDurability, trace))).toBe('pass');
  });

  test.each([
    ['the new majority alone', ['S4', 'S5'], false],
    ['the old majority alone', ['S2', 'S3'], false],
    ['both', ['S2', 'S4'], true],
  ])('wants both majorities of a joint configuration: %s', (_what, disks, enough) => {
    const trace = changed(joint, ...disks);
    trace.commit('S1', 2);
    const said = sentenceOf(judged(commitDurability, trace));
    if (enough) expect(said).toBe('pass');
    else expect(said).toContain('2 of S1, S4, S5 and 2 of S1, S2, S3 needed');
  });

  test('a step that commits and then changes is judged by what was in force before', () => {
    const trace = cluster();
    trace.stored(['S1', 'S2'], entry(2, 1));
    trace.cause = 7;
    trace.change('S1', entry(3, 1), four);
    trace.commit('S1', 2);
    expect(sentenceOf(judged(commitDurability, trace))).toBe('pass');
  });
});

describe('ConfigurationRules', () => {
  const judgedRules = (trace: TraceBuilder): string => {
    trace.end('time');
    return sentenceOf(judged(configurationRules, trace));
  };

  test('is content with one change after the other', () => {
    const trace = changed(joint, 'S2', 'S4');
    trace.commit('S1', 2);
    const next = voters('S1', 'S4', 'S5');
    trace.change('S1', entry(3, 1), next);
    trace.configure('S1', 3, next);
    expect(judgedRules(trace)).toBe('pass');
  });

  test('is content with a follower whose change is cut off again', () => {
    const trace = changed(four);
    trace.log('S2', entry(1, 1), entry(2, 1));
    trace.configure('S2', 2, four);
    trace.replace('S2', 2, [entry(2, 2)]);
    trace.configure('S2', 0, three);
    expect(judgedRules(trace)).toBe('pass');
  });

  test('rejects a second change while one is not committed', () => {
    const trace = changed(four);
    trace.change('S1', entry(3, 1), voters(...servers));
    expect(judgedRules(trace)).toContain('came before the one at index 2 was committed');
  });

  test('rejects leaving a joint configuration before it is committed', () => {
    const trace = changed(joint, 'S2');
    trace.change('S1', entry(3, 1), voters('S1', 'S4', 'S5'));
    expect(judgedRules(trace)).toContain('came before the one at index 2 was committed');
  });

  test('rejects a change before the leader has committed in its own term', () => {
    const trace = cluster();
    trace.lead('S2', 2);
    trace.commit('S2', 1);
    trace.change('S2', entry(2, 2), four);
    expect(judgedRules(trace)).toContain('before it had committed an entry of its term 2');
  });

  test.each([
    [voters(...servers), 'changes several voters at once'],
    [voters(), 'leaves nobody to vote'],
    [{ ...voters('S4'), outgoing: ['S1', 'S2'] }, 'takes leave of S1, S2'],
  ])('rejects the step to %j', (configuration, sentence) => {
    const trace = cluster();
    trace.change('S1', entry(2, 1), configuration);
    expect(judgedRules(trace)).toContain(sentence);
  });

  test('rejects a successor that a joint configuration does not announce', () => {
    const trace = changed(joint, 'S2', 'S4');
    trace.commit('S1', 2);
    trace.change('S1', entry(3, 1), three);
    expect(judgedRules(trace)).toContain('follows the joint configuration of S1, S4, S5');
  });

  test('rejects a server that goes by something else than its log', () => {
    const trace = changed(four);
    trace.configure('S1', 0, three);
    expect(judgedRules(trace)).toContain('S1 goes by the voters S1, S2, S3, but its log says');
  });
});

describe('in the quiet period', () => {
  function quiet(): TraceBuilder {
    const trace = cluster();
    trace.commit('S2', 1);
    for (const server of ['S1', 'S2']) trace.apply(server, entry(1, 1));
    trace.stored(['S3'], entry(1, 1));
    trace.commit('S3', 1);
    trace.apply('S3', entry(1, 1));
    for (const server of ['S2', 'S3']) trace.state(server, 'follower', 1, { leader: 'S1' });
    trace.add({ kind: 'quiet' });
    trace.end('settled');
    return trace;
  }

  test('spares need not follow, nor hold the log', () => {
    expect(judged(leaderElected, quiet())?.kind).toBe('pass');
    expect(judged(logsConverge, quiet())?.kind).toBe('pass');
  });

  test('learners do', () => {
    const trace = quiet();
    trace.records.splice(0, 1);
    const learning = new TraceBuilder(...servers);
    learning.header({ ...three, learners: ['S4'] });
    learning.records.push(...trace.records);
    expect(sentenceOf(judged(leaderElected, learning))).toContain('S4 follows nobody');
    expect(sentenceOf(judged(logsConverge, learning))).toContain('the log of S4 ends at index 0');
  });
});
