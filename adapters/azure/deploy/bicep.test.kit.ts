/**
 * For tests: as much of Bicep as shows that a file hangs together. Strings and comments are told
 * from code, brackets must close, and every name that is used must be declared. It is no compiler.
 */

export interface BicepFile {
  readonly parameters: readonly string[];
  /** Without a value of their own. */
  readonly required: readonly string[];
  /** Symbol to type and API version. */
  readonly resources: Readonly<Record<string, string>>;
  readonly outputs: readonly string[];
  /** What is used and not declared; what is declared and not used. */
  readonly unknown: readonly string[];
  readonly unused: readonly string[];
}

/** Throws an Error for a bracket or a string that does not end. */
export function readBicep(text: string): BicepFile {
  const { code, inserts } = separated(text);
  checkBrackets(code);
  const declared = (word: string): readonly string[] =>
    [...code.matchAll(new RegExp(`^${word} (\\w+)`, 'gm'))].map((match) => match[1] ?? '');
  const parameters = declared('param');
  const resources = [...text.matchAll(/^resource (\w+) '([^']+)'/gm)];
  const names = [...parameters, ...declared('var'), ...resources.map((match) => match[1] ?? '')];
  const loops = [...code.matchAll(/\[for \(?(\w+)(?:, (\w+))?\)? in /g)].flatMap((match) =>
    match.slice(1).filter((name) => name !== undefined),
  );
  const used = usedIn(`${code}\n${inserts.join('\n')}`);
  return {
    parameters,
    required: [...code.matchAll(/^param (\w+) \w+$/gm)].map((match) => match[1] ?? ''),
    resources: Object.fromEntries(resources.map((match) => [match[1], match[2]])),
    outputs: declared('output'),
    unknown: [...used].filter((name) => ![...names, ...loops].includes(name)),
    unused: names.filter((name) => !used.has(name)),
  };
}

/** The code with every string emptied, and what strings insert by `${}`. */
function separated(text: string): { readonly code: string; readonly inserts: readonly string[] } {
  const inserts: string[] = [];
  const code = text.replace(/'(?:\\.|[^'\\\n])*'|\/\/[^\n]*/g, (part) => {
    if (part.startsWith('//')) return '';
    for (const [, inner = ''] of part.matchAll(/\$\{([^}]*)\}/g)) inserts.push(inner);
    return "''";
  });
  if (/'(?!')[^']*$/.test(code.replaceAll("''", ''))) throw new Error('a string does not end');
  return { code, inserts };
}

const closing: Readonly<Record<string, string>> = { '{': '}', '[': ']', '(': ')' };

function checkBrackets(code: string): void {
  const open: string[] = [];
  for (const glyph of code) {
    const close = closing[glyph];
    if (close !== undefined) open.push(close);
    else if ('}])'.includes(glyph) && open.pop() !== glyph) throw new Error(`a ${glyph} too many`);
  }
  if (open.length > 0) throw new Error(`a ${open.at(-1)} is missing`);
}

const builtIn =
  /^(?:targetScope|param|var|resource|output|string|bool|array|int|object|for|in|if|true|false|null)$/;

/** Names that stand for a value: no property, no function, no word of the language. */
function usedIn(code: string): ReadonlySet<string> {
  const values = code
    .replace(/^(?:param|output|var|resource) \w+/gm, '')
    .replace(/^\s*(?:@.*)?$/gm, '')
    .replace(/^\s+\w+:/gm, '')
    .replace(/\[for \(?\w+(?:, \w+)?\)? in /g, ' ')
    .replace(/\.\w+/g, '')
    .replace(/\b\w+\(/g, '(');
  const words = values.match(/\b[A-Za-z_]\w*\b/g) ?? [];
  return new Set(words.filter((word) => !builtIn.test(word)));
}
