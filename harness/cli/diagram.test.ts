/** The state chart with what a whole campaign did on it. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exits } from './exit.ts';
import { folder, ran } from './main.test.kit.ts';

test('whitewater diagram statechart counts what a campaign did', async () => {
  const out = folder();
  const words = ['campaign', '--runs', '32', '--seed', '1', '--workers', '1', '--out', out, '-q'];
  await ran(words);
  const plain = await ran(['diagram', 'statechart', '--mermaid']);
  const counted = await ran(['diagram', 'statechart', join(out, 'campaign.json'), '--mermaid']);
  expect([plain.code, counted.code]).toEqual([exits.ok, exits.ok]);
  expect(plain.out).not.toMatch(/×\d/u);
  expect(counted.out).toMatch(/candidate --> leader[^\n]*\(×[1-9]\d*\)/u);
});

test('it says what is missing where there is no campaign', async () => {
  const { code, err } = await ran(['diagram', 'statechart', 'no-such/campaign.json']);
  expect(code).toBe(exits.usage);
  expect(err).toContain('no such file or folder');
});
