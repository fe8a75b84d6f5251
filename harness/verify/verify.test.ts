import { describe, expect, test } from 'vitest';
import { table } from '../raft/table.ts';
import { raft } from '../raft/machine.ts';
import {
  allInputs,
  allRoles,
  deadCells,
  inputCount,
  reasons,
  totality,
  unreached,
} from './cells.ts';
import { checkLines, worldLine } from './log.ts';
import { planted } from './planted.ts';
import { doubted, recovered, verified, verify } from './verify.ts';
import type { Report, VerifyOptions } from './verify.ts';

function report(options: Partial<VerifyOptions>): Report {
  return verify({
    subject: raft,
    table,
    worlds: verified,
    watches: ['ports'],
    recovered: [],
    open: false,
    now: () => 0,
    onOpened: () => undefined,
    onWorld: () => undefined,
    ...options,
  });
}

describe('the correct machine', () => {
  const told = report({
    worlds: verified.slice(0, 4),
    watches: ['ports', 'cluster'],
    open: true,
  });

  test('passes every check, and everything within the bounds was seen', () => {
    expect(told.checks.filter(({ status }) => status !== 'ok')).toStrictEqual([]);
    expect(told.ok).toBe(true);
    expect(told.worlds.every(({ complete }) => complete)).toBe(true);
  });

  test('answers every event of its ports in every control state', () => {
    expect(told.opened).toMatchObject({ states: 8, events: 13, pairs: 82, complete: true });
    expect(told.opened?.unanswered).toStrictEqual([]);
    expect(told.opened?.locals).toBeGreaterThan(1_000);
  });

  test('is told like a verification log', () => {
    const text = checkLines(told);
    expect(text).toContain('verify: component: check: livelock: ok');
    expect(text).toContain('verify: port heartbeatTimer: check: illegal: ok');
    expect(text).toContain('all checks ok');
  });
});

describe.each(planted)('$name: $summary', ({ subject, table: declared, check, port, skips }) => {
  test(`is found by ${check}`, () => {
    const listed = check === 'totality' || check === 'reachability';
    const deep = check === 'recovery' ? [] : doubted(verified.slice(skips), 400_000);
    const worlds = listed ? verified.slice(0, 3) : deep;
    const where = check === 'recovery' ? recovered : [];
    const { checks, ok } = report({ subject, table: declared, worlds, recovered: where });
    expect(ok).toBe(false);
    const failed = checks.filter(({ status }) => status === 'failed');
    expect(failed.map((each) => each.check)).toContain(check);
    if (check === 'recovery') expect(failed[0]?.trace).toHaveLength(2);
    if (port === null) return;
    const places = failed.map(({ where }) => where);
    expect(places.every((where) => where === port || where === 'component')).toBe(true);
    expect(failed[0]?.trace.length).toBeGreaterThan(0);
    expect(failed[0]?.trace.join('\n')).toMatchSnapshot();
    expect(failed[0]?.sentence).toMatchSnapshot();
  });
});

describe('a check that did not see everything does not say ok', () => {
  test('the limit on states makes every check undecided', () => {
    const told = report({ worlds: doubted(verified.slice(3, 4), 1_000) });
    expect(told.ok).toBe(false);
    expect(told.checks.find(({ check }) => check === 'livelock')?.status).toBe('unknown');
    expect(checkLines(told)).toContain('not decided');
    const [world] = told.worlds;
    expect(world === undefined ? '' : worldLine(world)).toContain('not explored to the end');
  });
});

describe('the table', () => {
  test('is total, and every reason names a cell', () => {
    expect(totality()).toStrictEqual([]);
    expect(allInputs).toHaveLength(inputCount);
    const cells = allRoles.flatMap((role) => allInputs.map((input) => `${role}/${input}`));
    for (const name of [...Object.keys(reasons), ...deadCells]) expect(cells).toContain(name);
  });

  test('a dead cell that is reached, and a live one that is not, are named', () => {
    const [dead = ''] = deadCells;
    const found = unreached(new Set([dead]));
    expect(found).toContain(`${dead} was reached and is said to be dead`);
    expect(found).toContain('leader/propose was never reached');
  });
});
