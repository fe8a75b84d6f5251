/**
 * The few parts of playwright-core that the browser check uses, as types, so that the house builds
 * without it; and the start of a Chromium that is installed already.
 */
import { existsSync } from 'node:fs';

export interface Page {
  goto(url: string): Promise<unknown>;
  /** Runs in the page; the text is an expression. */
  evaluate(expression: string): Promise<unknown>;
  waitForFunction(expression: string): Promise<unknown>;
  screenshot(options: { readonly path: string }): Promise<unknown>;
  close(): Promise<void>;
  on(event: 'console', handler: (message: { type(): string; text(): string }) => void): void;
  on(event: 'pageerror', handler: (error: Error) => void): void;
  on(event: 'request', handler: (request: { url(): string }) => void): void;
  readonly keyboard: {
    press(key: string): Promise<void>;
    type(text: string): Promise<void>;
  };
}

export interface ContextOptions {
  readonly viewport?: { readonly width: number; readonly height: number };
  readonly colorScheme?: 'light' | 'dark';
  readonly forcedColors?: 'active' | 'none';
  readonly reducedMotion?: 'reduce' | 'no-preference';
}

export interface Browser {
  newContext(options: ContextOptions): Promise<{ newPage(): Promise<Page> }>;
  close(): Promise<void>;
}

interface Playwright {
  readonly chromium: {
    launch(options: {
      readonly executablePath: string;
      readonly args: readonly string[];
    }): Promise<Browser>;
  };
}

const places = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];

/** Starts Chromium, or says in one sentence what is missing. */
export async function launched(): Promise<Browser> {
  const wanted = process.env['CHROMIUM'];
  const path = wanted ?? places.find((place) => existsSync(place));
  if (path === undefined) {
    throw new Error('no Chromium: install it (apt-get install chromium) or set CHROMIUM');
  }
  const name = 'playwright-core';
  let playwright: Playwright;
  try {
    playwright = await import(name);
  } catch (cause) {
    throw new Error('no playwright-core: npm install --no-save playwright-core', { cause });
  }
  return playwright.chromium.launch({ executablePath: path, args: ['--no-sandbox'] });
}
