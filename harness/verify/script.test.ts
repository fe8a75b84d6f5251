import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { planted } from './planted.ts';
import { BadScript, runScript } from './script.ts';
import { NoSuchEvent, Simulator } from './simulator.ts';

const folder = join(import.meta.dirname, 'scripts');
const scripts = readdirSync(folder).sort();

describe('the scripts of the repository', () => {
  test('are there: the six validation traces, and more', () => {
    expect(scripts.length).toBeGreaterThanOrEqual(8);
  });

  test.each(scripts)(
    '%s says what the machine does (whitewater simulate FILE --rewrite)',
    (name) => {
      const text = readFileSync(join(folder, name), 'utf8');
      expect(runScript(text).text).toBe(text);
    },
  );

  test.each([
    ['H2', 'depose.txt'],
    ['H8', 'depose.txt'],
    ['H9', 'client-command.txt'],
    ['H1', 'win-election.txt'],
  ])('the fault %s is seen in %s', (fault, name) => {
    const subject = planted.find((each) => each.name === fault)?.subject;
    const text = readFileSync(join(folder, name), 'utf8');
    expect(runScript(text, subject).differsAt).toBeGreaterThan(0);
  });
});

describe('what is wrong with a script is said with its line', () => {
  test.each([
    ['servers 5\n> ctrl.Online', 2, 'there is no event "ctrl.Online"'],
    ['> electionTimer.timeout', 1, 'cannot happen to a server that is offline'],
    ['nonsense', 1, 'neither an event'],
    ['> ctrl.OnLine\n> rpcserver.RequestVote S9', 2, 'wants one of S2, S3, S4, S5'],
    ['> ctrl.OnLine\n> rpcserver.RequestVote S2 term x', 2, 'wants a number'],
    ['> ctrl.OnLine\n> rpcserver.RequestVote S2 log 3', 2, 'wants INDEX@TERM'],
  ])('%j', (text, line, message) => {
    const failed = (): unknown => runScript(text);
    expect(failed).toThrow(message);
    expect(failed).toThrow(BadScript);
    try {
      failed();
    } catch (error) {
      expect(error).toHaveProperty('line', line);
    }
  });
});

describe('the simulator', () => {
  test('takes events back, one by one', () => {
    const simulator = new Simulator({ servers: 3, slowDisk: false });
    simulator.press('ctrl.OnLine');
    const before = simulator.stateText();
    simulator.press('electionTimer.timeout');
    expect(simulator.stateText()).toContain('candidate in term 1');
    expect(simulator.undo()).toBe(true);
    expect(simulator.stateText()).toBe(before);
    expect(simulator.undo()).toBe(true);
    expect(simulator.undo()).toBe(false);
    expect(() => simulator.press('electionTimer.timeout')).toThrow(NoSuchEvent);
  });
});
