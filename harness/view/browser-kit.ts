/** What the checks in a browser share: pages made by the program itself, opened, and pressed keys. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Browser, ContextOptions, Page } from './browser.ts';

export const here: string = dirname(fileURLToPath(import.meta.url));
const program = join(here, '../main.js');
export const folder: string = mkdtempSync(join(tmpdir(), 'whitewater-view-'));

export function run(...words: readonly string[]): string {
  return execFileSync(process.execPath, [program, ...words], { encoding: 'utf8' });
}

export function pageOf(trace: string, name: string, ...more: readonly string[]): string {
  const out = join(folder, `${name}.html`);
  run('view', trace, '--out', out, '--no-open', ...more);
  return out;
}

export interface Open {
  readonly page: Page;
  /** Errors on the console, and requests for anything but the file. */
  readonly troubles: string[];
}

const wide: ContextOptions = { viewport: { width: 1440, height: 900 } };

export interface Address {
  readonly file: string;
  readonly hash?: string;
  readonly options?: ContextOptions;
}

export async function opened(browser: Browser, address: Address): Promise<Open> {
  const { file, hash = '', options = {} } = address;
  const context = await browser.newContext({ ...wide, ...options });
  const page = await context.newPage();
  const troubles: string[] = [];
  const url = pathToFileURL(file).href;
  page.on('console', (message) => {
    if (message.type() === 'error') troubles.push(message.text());
  });
  page.on('pageerror', ({ message }) => void troubles.push(message));
  page.on('request', (request) => {
    if (!request.url().startsWith(url)) troubles.push(`asked for ${request.url()}`);
  });
  await page.goto(url + hash);
  await page.waitForFunction('document.documentElement.dataset.ready');
  return { page, troubles };
}

/** The next frame and the one after: what was asked for is drawn. */
export const settled: string =
  'new Promise((go) => requestAnimationFrame(() => requestAnimationFrame(go)))';

export async function press(page: Page, ...keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    await page.keyboard.press(key);
    await page.evaluate(settled);
  }
}

export const state: string = 'JSON.stringify(__viewer.state())';
export const status: string = 'document.getElementById("status").textContent';

export function expect(isSo: boolean, sentence: string): void {
  if (!isSo) throw new Error(sentence);
}

export function same(found: unknown, wanted: unknown, what: string): void {
  expect(found === wanted, `${what}: found ${String(found)}, wanted ${String(wanted)}`);
}

export interface Check {
  readonly name: string;
  run(browser: Browser): Promise<void>;
}

export const traces: string = resolve('traces');
export const vote: string = join(traces, 'caught/votes-counted-as-integer');
