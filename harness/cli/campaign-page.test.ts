import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { ResultDocument } from '../search/result.ts';
import { campaignPage } from './campaign-page.ts';
import { exitOf, summaryText } from './campaign-summary.ts';
import { exits } from './exit.ts';
import { folder, ran } from './main.test.kit.ts';

let out = '';
let page = '';
let result: ResultDocument;

beforeAll(async () => {
  out = folder();
  const words = 'campaign --runs 64 --seed 4 --mutant votes-counted-as-integer --fail-fast';
  const more = ['--strategy', 'timed', '--invariant', 'ElectionSafety', '-q', '--out', out];
  await ran([...words.split(' '), ...more], { stepMs: 100 });
  page = readFileSync(join(out, 'campaign.html'), 'utf8');
  result = JSON.parse(readFileSync(join(out, 'campaign.json'), 'utf8'));
}, 60_000);

describe('the page of a campaign', () => {
  test('holds everything: no script, no address, and a policy that allows nothing more', () => {
    const [, style = ''] = /<style>([\s\S]*?)<\/style>/u.exec(page) ?? [];
    const hash = createHash('sha256').update(style).digest('base64');
    expect(page).toContain(`default-src 'none'; style-src 'sha256-${hash}'`);
    expect(page).not.toMatch(/<script|javascript:|https?:|\sstyle=|\son\w+=|url\(/iu);
  });

  test('links to the files of every bug, relative to itself', () => {
    expect(result.bugs).toHaveLength(1);
    const links = [...page.matchAll(/href="([^"]+)"/gu)].map(([, href]) => href ?? '');
    expect(links.length).toBeGreaterThanOrEqual(5);
    for (const href of links) expect(existsSync(join(out, decodeURIComponent(href)))).toBe(true);
    expect(page).toContain(
      result.bugs[0]?.story.at(-1)?.slice(0, 20).trim().replaceAll('"', '&quot;'),
    );
  });

  test('shows coverage, faults, strategies and what was seen', () => {
    for (const id of ['bugs', 'coverage', 'faults', 'strategies', 'sometimes']) {
      expect(page).toContain(`<h2 id="${id}">`);
    }
    expect(page).toContain(`${result.coverage.cells.hit} of ${result.coverage.cells.of}`);
    expect([...page.matchAll(/<rect class="bar"/gu)]).toHaveLength(
      Object.keys(result.stats.faults).length,
    );
    const [, points = ''] = /<polyline class="curve" points="([^"]+)"/u.exec(page) ?? [];
    expect(points.split(' ')).toHaveLength(result.coverage.states.growth.length + 1);
  });

  test('and its summary say that the harness broke, in which run, and what was found', () => {
    const why = 'run 100 broke the harness: TypeError: no such server\n    at step (turn.js:3)';
    const gates = [{ kind: 'harness', name: 'harness', why }];
    const broken: ResultDocument = { ...result, verdict: 'error', gates };
    const style = { colour: false, ascii: false };
    const text = summaryText(broken, { style, interrupted: false, out });
    expect(text).toMatch(/^✖ the harness broke; 1 bug in \d+ runs? /u);
    expect(text).toContain('  error    run 100 broke the harness: TypeError: no such server\n');
    expect(text).toContain('at step (turn.js:3)');
    expect(text).toContain(broken.bugs[0]?.id);
    expect(campaignPage(broken)).toContain('run 100 broke the harness');
    expect(exitOf(broken, false)).toBe(exits.internal);
  });

  test('says where states were too many to be counted one by one', () => {
    const states = { ...result.coverage.states, count: 524_287, estimated: true };
    const many = campaignPage({ ...result, coverage: { ...result.coverage, states } });
    expect(many).toContain('about 524,000, last new at run');
    expect(page).not.toMatch(/about [\d,]+, last new/u);
  });

  test('says why a campaign proves too little, and what its canaries did', () => {
    const gates = [{ kind: 'canary', name: 'x', why: 'the wrong machine "x" survived 9 runs' }];
    const canaries = [{ name: 'x', runs: 9, killedAtRun: null, invariant: null }];
    const empty = campaignPage({ ...result, verdict: 'vacuous', bugs: [], gates, canaries });
    expect(empty).toContain('? that proves too little');
    expect(empty).toContain('<li>the wrong machine &quot;x&quot; survived 9 runs</li>');
    expect(empty).toContain('✖ survived 9 runs');
    expect(empty).not.toContain('id="bugs"');
  });

  test('takes no text for markup', () => {
    const [bug] = result.bugs;
    if (bug === undefined) throw new Error('no bug');
    const evil = '<img src=x onerror=alert(1)>"\u202e';
    const bugs = [{ ...bug, id: evil, title: evil, story: [evil], replay: [evil], needed: [evil] }];
    const text = campaignPage({ ...result, bugs });
    expect(text).not.toContain('<img');
    expect(text).not.toContain('\u202e');
    expect(text).not.toMatch(/href="[^"]*[<>]/u);
  });
});
