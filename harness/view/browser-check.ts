/**
 * The viewer in a real Chromium: `npm run check:browser`. Makes pages with the program itself, as
 * a user would, and looks at what the browser makes of them. `npm run check:browser -- --pictures
 * harness/view` also takes the screenshots of the README. Exits with 0 when all passed, 1 when not.
 */
import { mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, ContextOptions } from './browser.ts';
import { launched } from './browser.ts';
import { featureChecks } from './browser-features.ts';
import type { Check } from './browser-kit.ts';
import {
  expect,
  folder,
  here,
  opened,
  pageOf,
  press,
  run,
  same,
  settled,
  state,
  status,
  traces,
  vote,
} from './browser-kit.ts';

const caught = readdirSync(join(traces, 'caught')).sort();

async function isQuiet(browser: Browser, name: string): Promise<void> {
  const { page, troubles } = await opened(browser, {
    file: pageOf(join(traces, 'caught', name), name),
  });
  const title = String(await page.evaluate('document.title'));
  const verdict: unknown = JSON.parse(
    readFileSync(join(traces, 'caught', name, 'verdict.json'), 'utf8'),
  );
  const words =
    typeof verdict === 'object' && verdict !== null && 'invariant' in verdict
      ? String(verdict.invariant)
      : '';
  expect(title.includes(words), `the title "${title}" does not name ${words}`);
  expect(String(await page.evaluate(status)).includes('violation'), 'not at the violation');
  same(troubles.join('; '), '', 'troubles');
  await page.close();
}

async function walksTheStory(browser: Browser): Promise<void> {
  const { page } = await opened(browser, { file: pageOf(vote, 'walk') });
  const told: unknown = JSON.parse(run('explain', vote, '--format', 'json'));
  const lines: unknown =
    typeof told === 'object' && told !== null && 'lines' in told ? told.lines : [];
  const texts = (Array.isArray(lines) ? lines : []).map((line: { text: string }) => line.text);
  expect(texts.length > 5, 'the story is too short to walk');
  for (const _ of texts) await press(page, 'ArrowLeft');
  for (const [i, text] of texts.entries()) {
    const said = String(await page.evaluate(status));
    expect(said.includes(text), `line ${i + 1} should say "${text}", says "${said}"`);
    await press(page, 'ArrowRight');
  }
  await page.close();
}

async function linksBringBack(browser: Browser): Promise<void> {
  const file = pageOf(vote, 'link');
  const { page } = await opened(browser, { file });
  await press(page, 'ArrowLeft', 'w', 'a', 'c', 'ArrowDown');
  const before = JSON.parse(String(await page.evaluate(state)));
  const hash = String(await page.evaluate('__viewer.hash()'));
  const other = await opened(browser, { file, hash });
  const after = JSON.parse(String(await other.page.evaluate(state)));
  same(after.seq, before.seq, 'cursor');
  same(after.span.low.toFixed(1), before.span.low.toFixed(1), 'view');
  same(after.cone >= 0, true, 'cone');
  await page.close();
  await other.page.close();
}

async function escapeRestores(browser: Browser): Promise<void> {
  const { page } = await opened(browser, { file: pageOf(vote, 'filter') });
  const before = await page.evaluate('JSON.stringify(__viewer.state().span)');
  await press(page, '/');
  await page.keyboard.type('type:vote* node:S3');
  await press(page, 'Enter', 'n', 'n', 'w', 'w');
  const filtered = JSON.parse(String(await page.evaluate(state)));
  expect(filtered.fits > 3 && filtered.fits < 60, `${filtered.fits} records fit`);
  await press(page, 'Escape');
  same(await page.evaluate('JSON.stringify(__viewer.state().span)'), before, 'view');
  same(await page.evaluate('__viewer.state().filter'), '', 'filter');
  await page.close();
}

/** A commit is taken out of a copy: the first difference must be that commit. */
async function findsTheDifference(browser: Browser): Promise<void> {
  const trace = join(traces, 'golden/one-write.ndjson');
  const lines = readFileSync(trace, 'utf8').split('\n');
  const planted = lines.findIndex((line) => line.includes('"kind":"commit"'));
  const other = join(folder, 'planted.ndjson');
  writeFileSync(other, lines.toSpliced(planted, 1).join('\n'));
  const file = join(folder, 'compared.html');
  run('view', trace, '--compare', other, '--out', file, '--no-open');
  const { page, troubles } = await opened(browser, { file });
  await press(page, 'x');
  same(await page.evaluate('__viewer.state().seq'), planted, 'the first difference');
  same(troubles.join('; '), '', 'troubles');
  await page.close();
}

const hostile = [
  '<img src=x onerror=window.hurt=1>',
  '</script><script>window.hurt=1</script>',
  '\u202egnp.exe',
  '{{7*7}}',
  'x'.repeat(10_000),
  '😀\u0000\u0007',
];

async function takesNoOrders(browser: Browser): Promise<void> {
  const lines = readFileSync(join(traces, 'golden/one-write.ndjson'), 'utf8').split('\n');
  for (const [i, text] of hostile.entries()) {
    const key = `"key":${JSON.stringify(text)}`;
    const trace = join(folder, `hostile${i}.ndjson`);
    const changed = lines.map((line) =>
      line.includes('"kind":"header"') ? line : line.replaceAll('"key":"x"', () => key),
    );
    writeFileSync(trace, changed.join('\n'));
    const { page, troubles } = await opened(browser, { file: pageOf(trace, `hostile${i}`) });
    await press(page, '3', 'ArrowRight', 'ArrowRight', 'T', '0', 'f', 't');
    same(await page.evaluate('typeof window.hurt'), 'undefined', 'a script of the trace ran');
    same(await page.evaluate('document.querySelectorAll("img").length'), 0, 'pictures');
    same(troubles.join('; '), '', 'troubles');
    await page.close();
  }
}

const operations = 1900;
const spreadMs = 38_000;

/** A calm run of 5 servers and 4 clients: about 100,000 records. */
function bigTrace(): string {
  const source = readFileSync(join(traces, 'caught/stale-read/scenario.json'), 'utf8');
  const scenario = JSON.parse(source);
  scenario.name = 'big';
  scenario.cluster.servers = 5;
  scenario.faults = [];
  scenario.limits = { runMs: spreadMs + 1000, quietMs: 5000, eventsMax: 5_000_000 };
  scenario.workload.clients = 4;
  scenario.workload.operations = Array.from({ length: operations }, (_, i) => ({
    atMs: 300 + Math.floor((i * spreadMs) / operations),
    client: `c${1 + (i % 4)}`,
    f: 'append',
    key: `k${i % 5}`,
    value: i + 1,
  }));
  const file = join(folder, 'big.json');
  const trace = join(folder, 'big.ndjson');
  writeFileSync(file, JSON.stringify(scenario));
  run('run', file, '--trace', trace, '--quiet', '--out', folder);
  return trace;
}

/** The shortest of a few openings, in milliseconds: other programs may have been busy. */
async function readyAfter(browser: Browser, file: string): Promise<number> {
  let best = Infinity;
  for (let i = 0; i < 4 && (i === 0 || best >= 1000); i += 1) {
    const { page } = await opened(browser, { file });
    best = Math.min(best, Number(await page.evaluate('document.documentElement.dataset.ready')));
    await page.close();
  }
  return best;
}

async function keepsItsBudget(browser: Browser): Promise<void> {
  const file = pageOf(bigTrace(), 'big');
  const bytes = statSync(file).size;
  const ready = await readyAfter(browser, file);
  const { page, troubles } = await opened(browser, { file });
  const millis: number[] = [];
  for (const key of ['3', ...Array<string>(60).fill('ArrowRight'), '0', 'w', 'w', 'w', 'w', 'T']) {
    await press(page, key);
    millis.push(Number(await page.evaluate('__viewer.state().renderMillis')));
  }
  millis.sort((left, right) => left - right);
  const late = millis[Math.floor(millis.length * 0.95)] ?? 0;
  const size = `${(bytes / 1e6).toFixed(2)} MB`;
  const figures = `${size}, interactive after ${ready} ms, p95 ${late.toFixed(1)} ms`;
  process.stdout.write(`  100,000 records: ${figures}\n`);
  expect(bytes < 3e6 && ready < 1000 && late < 50, figures);
  same(troubles.join('; '), '', 'troubles');
  await page.close();
}

const looks: readonly ContextOptions[] = [
  { colorScheme: 'light' },
  { colorScheme: 'dark' },
  { forcedColors: 'active' },
];

async function isAccessible(browser: Browser): Promise<void> {
  const axe = 'node_modules/axe-core/axe.min.js';
  const source = readFileSync(axe, 'utf8');
  const file = pageOf(vote, 'axe');
  for (const options of looks) {
    const { page } = await opened(browser, { file, options });
    await page.evaluate(`${source};0`);
    const found = await page.evaluate(
      `axe.run().then(({violations}) => violations.filter(({impact}) =>
        impact === 'serious' || impact === 'critical').map(({id, nodes}) =>
        id + ' ' + nodes[0].html.slice(0, 80)).join('; '))`,
    );
    same(found, '', `axe in ${JSON.stringify(options)}`);
    await page.close();
  }
}

async function standsStill(browser: Browser): Promise<void> {
  const options: ContextOptions = { reducedMotion: 'reduce' };
  const { page } = await opened(browser, { file: pageOf(vote, 'still'), options });
  const before = await page.evaluate('__viewer.state().seq');
  await press(page, 'ArrowLeft', 'ArrowRight', ' ');
  same(await page.evaluate('__viewer.state().seq'), before, 'cursor after Space');
  await page.close();
}

async function exportsPictures(browser: Browser): Promise<void> {
  const { page } = await opened(browser, { file: pageOf(vote, 'export') });
  const problem = await page.evaluate(`new DOMParser()
    .parseFromString(__viewer.svg(), 'image/svg+xml').querySelector('parsererror')`);
  same(problem, null, 'the SVG');
  const mermaid = String(await page.evaluate('__viewer.mermaid()'));
  expect(mermaid.startsWith('sequenceDiagram\n'), 'the Mermaid text');
  expect(mermaid.includes('S2-->>S3: vote granted T1'), 'the vote in the Mermaid text');
  await page.close();
}

const checks: readonly Check[] = [
  ...caught.map((name) => ({
    name: `${name} opens at its violation, asks for nothing and complains of nothing`,
    run: (browser: Browser) => isQuiet(browser, name),
  })),
  { name: "the arrow keys say the terminal's story, line by line", run: walksTheStory },
  { name: 'a deep link brings back cursor, view and cone', run: linksBringBack },
  { name: 'Escape takes the filter away and restores the view', run: escapeRestores },
  { name: 'two traces: x goes to the planted difference', run: findsTheDifference },
  ...featureChecks,
  { name: 'hostile strings stay strings', run: takesNoOrders },
  { name: '100,000 records open in 1 s, step in 50 ms, in 3 MB', run: keepsItsBudget },
  { name: 'axe finds nothing serious in light, dark and forced colours', run: isAccessible },
  { name: 'reduced motion means no play', run: standsStill },
  { name: 'SVG and Mermaid exports are well-formed', run: exportsPictures },
];

async function takePictures(browser: Browser, target: string): Promise<void> {
  mkdirSync(target, { recursive: true });
  const file = pageOf(vote, 'picture');
  const viewport = { width: 1280, height: 800 };
  for (const colorScheme of ['light', 'dark'] as const) {
    const { page } = await opened(browser, { file, options: { colorScheme, viewport } });
    await page.evaluate(settled);
    await page.screenshot({ path: join(target, `two-leaders-${colorScheme}.png`) });
    await page.close();
  }
}

async function failures(browser: Browser): Promise<number> {
  let failed = 0;
  for (const check of checks) {
    try {
      await check.run(browser);
      process.stdout.write(`✓ ${check.name}\n`);
    } catch (error) {
      failed += 1;
      const text = error instanceof Error ? error.message : String(error);
      process.stdout.write(`✗ ${check.name}\n  ${text}\n`);
    }
  }
  return failed;
}

const browser = await launched();
const pictures = process.argv.indexOf('--pictures');
if (pictures >= 0) await takePictures(browser, process.argv[pictures + 1] ?? here);
const failed = await failures(browser);
await browser.close();
rmSync(folder, { recursive: true, force: true });
process.stdout.write(`${checks.length - failed} passed, ${failed} failed\n`);
process.exitCode = failed === 0 ? 0 : 1;
