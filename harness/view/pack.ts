/**
 * Makes one classic script of the page's compiled modules: each becomes a function that returns
 * what it exports, in the order in which they need each other. It knows the few forms that this
 * project's compiler writes, and refuses others.
 */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Reads a module by its path; passed in so that tests need no files. */
export type ReadModule = (path: string) => string;

const importForm = /^import\s*\{([^}]*)\}\s*from\s*'(\.[^']+)';?$/gmu;
const exportForm = /^export\s+((?:async\s+)?function|const|class)\s+([\w$]+)/gmu;

interface Packed {
  readonly parts: string[];
  /** Names of the modules done, by path. */
  readonly done: Map<string, string>;
  readonly read: ReadModule;
}

function functionOf(packed: Packed, path: string, source: string): string {
  const exported = [...source.matchAll(exportForm)].map(([, , name = '']) => name);
  const body = source
    .replaceAll(importForm, (_, names: string, target: string) => {
      const from = packed.done.get(join(dirname(path), target)) ?? '';
      return `const {${names}} = ${from};`;
    })
    .replaceAll(exportForm, '$1 $2');
  const left = /^(?:import|export)\b.*$/mu.exec(body)?.[0];
  if (left !== undefined) throw new Error(`${path}: the packer does not know "${left}"`);
  return `(() => {\n${body}\nreturn { ${exported.join(', ')} };\n})()`;
}

function add(packed: Packed, path: string, within: readonly string[]): void {
  if (packed.done.has(path)) return;
  if (within.includes(path)) throw new Error(`the page's modules import each other: ${path}`);
  const source = packed.read(path);
  for (const [, , target = ''] of source.matchAll(importForm)) {
    add(packed, join(dirname(path), target), [...within, path]);
  }
  const name = `module${packed.done.size}`;
  packed.parts.push(`const ${name} = ${functionOf(packed, path, source)};`);
  packed.done.set(path, name);
}

/** One script without imports. Throws on a cycle, or on a form that it does not know. */
export function packed(entry: string, read: ReadModule): string {
  const found: Packed = { parts: [], done: new Map(), read };
  add(found, entry, []);
  const script = `(() => {\n'use strict';\n${found.parts.join('\n')}\n})();\n`;
  if (/<\/script|<!--/iu.test(script)) throw new Error('the page would end inside its own script');
  return script;
}

/** Beside this file once compiled; in `dist` when the sources run. */
function pageEntry(): string {
  const here = dirname(fileURLToPath(import.meta.url));
  const places = [join(here, 'page'), join(here, '../../dist/harness/view/page')];
  const entry = places.map((folder) => join(folder, 'main.js')).find((path) => existsSync(path));
  if (entry !== undefined) return entry;
  throw new Error('the viewer is not compiled: run npm run build first');
}

/** The page's script, from the compiled modules on the disk. */
export function pageScript(): string {
  return packed(pageEntry(), (path) => readFileSync(path, 'utf8'));
}
