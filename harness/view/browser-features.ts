/** The viewer in a browser, continued: orders, causes, parts, redaction, features, sizes. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from './browser.ts';
import type { Check } from './browser-kit.ts';
import { expect, folder, opened, pageOf, press, run, same, traces, vote } from './browser-kit.ts';

/** Every cause left of its effect, and the whole picture still there. */
async function ordersByCauses(browser: Browser): Promise<void> {
  const { page, troubles } = await opened(browser, { file: pageOf(vote, 'causes') });
  const wide = Number(await page.evaluate('__viewer.state().span.high'));
  await press(page, 'V', '0');
  same(await page.evaluate('__viewer.state().scale'), 'causal', 'scale');
  expect(Number(await page.evaluate('__viewer.state().span.high')) < wide, 'not narrower');
  const hash = String(await page.evaluate('__viewer.hash()'));
  expect(hash.includes('x=causal'), 'the link forgets the scale');
  await press(page, 'V');
  same(await page.evaluate('__viewer.state().scale'), 'logical', 'scale');
  same(troubles.join('; '), '', 'troubles');
  await page.close();
}

async function explainsTheOrder(browser: Browser): Promise<void> {
  const { page } = await opened(browser, {
    file: pageOf(join(traces, 'caught/stale-read'), 'order'),
  });
  const panel = String(await page.evaluate('document.getElementById("panel-order").textContent'));
  for (const words of ['1. c1 append x, 1', '✖ c1 read x', 'it returned null, but']) {
    expect(panel.includes(words), `the panel does not say "${words}": ${panel}`);
  }
  const svg = String(await page.evaluate('__viewer.svg()'));
  expect(svg.includes('impossible'), 'the picture does not mark the impossible read');
  await page.close();
}

async function showsStrangersNothing(browser: Browser): Promise<void> {
  const trace = join(folder, 'secret.ndjson');
  const source = readFileSync(join(traces, 'caught/stale-read/trace.ndjson'), 'utf8');
  writeFileSync(trace, source.replaceAll('"key":"x"', '"key":"mySecretKey"'));
  const { page } = await opened(browser, { file: pageOf(trace, 'redacted', '--redact') });
  await press(page, '3', '0');
  const text = String(await page.evaluate('document.body.innerText + __viewer.svg()'));
  expect(!text.includes('mySecretKey'), 'the key is on the page');
  expect(text.includes('key-1'), 'no placeholder is on the page');
  await page.close();
}

async function showsAPart(browser: Browser): Promise<void> {
  const trace = join(traces, 'caught/no-truncation');
  const file = pageOf(trace, 'part', '--from', '600ms', '--until', '640ms');
  const { page, troubles } = await opened(browser, { file });
  const note = String(await page.evaluate('document.querySelector(".note").textContent'));
  expect(note.includes('from 600 ms to 640 ms'), `the page says "${note}"`);
  await press(page, '0', 'V', 'c', '3', 'ArrowLeft');
  same(troubles.join('; '), '', 'troubles');
  await page.close();
}

/** Features beyond plain Raft, drawn and said: what each built-in scenario must show. */
const featured: readonly (readonly [string, readonly string[]])[] = [
  ['pre-vote-comeback', ['pre-candidate T1', 'would']],
  ['joint-change-under-partition', ['not a member', 'joint change', '⚙']],
  ['snapshot-catch-up', ['▤ keeps snapshot', '▥']],
  ['read-at-a-follower', ['◉ serves a read']],
  ['leadership-handed-over', ['hand over to S2']],
];

async function drawsFeatures(browser: Browser): Promise<void> {
  for (const [name, words] of featured) {
    const trace = join(folder, `${name}.ndjson`);
    run('run', name, '--trace', trace, '--quiet', '--out', folder);
    const { page, troubles } = await opened(browser, {
      file: pageOf(trace, name),
      options: { viewport: { width: 2600, height: 1400 } },
    });
    await press(page, 'V', '0');
    const causal = String(await page.evaluate('__viewer.svg()'));
    await press(page, 'V');
    const svg = causal + String(await page.evaluate('__viewer.svg()'));
    for (const word of words) expect(svg.includes(word), `${name} does not show "${word}"`);
    expect(!svg.includes('needs '), `${name}: a leader is said to lack votes`);
    same(troubles.join('; '), '', `troubles of ${name}`);
    await page.close();
  }
}

/** Phones, projectors, and windows beside an editor: nothing is cut off sideways. */
async function fitsEverySize(browser: Browser): Promise<void> {
  const file = pageOf(vote, 'sizes');
  for (const [width, height] of [
    [390, 844],
    [820, 1180],
    [1024, 700],
    [2560, 1440],
  ] as const) {
    const options = { viewport: { width, height } };
    const { page } = await opened(browser, { file, options });
    const over = Number(await page.evaluate('document.documentElement.scrollWidth - innerWidth'));
    expect(over <= 0, `at ${width} x ${height} the page is ${over} pixels too wide`);
    const tall = Number(await page.evaluate('document.getElementById("picture").clientHeight'));
    expect(tall > 200, `at ${width} x ${height} the picture is ${tall} pixels high`);
    await page.close();
  }
}

export const featureChecks: readonly Check[] = [
  { name: 'V orders by causes and back', run: ordersByCauses },
  {
    name: 'an impossible read: the order found, and why nothing can come next',
    run: explainsTheOrder,
  },
  { name: 'a redacted page shows no key', run: showsStrangersNothing },
  { name: 'a part of a run says that it is one', run: showsAPart },
  { name: 'features beyond plain Raft are drawn', run: drawsFeatures },
  { name: 'the page fits a phone and a projector', run: fitsEverySize },
];
