/** LIKE: `%` stands for any text, `_` for one character. Linear backtracking, no regex. */

type Part = { readonly any: boolean; readonly one: boolean; readonly text: string };

/** `escape` makes the next character of the pattern stand for itself. */
export function like(text: string, pattern: string, escape: string | undefined): boolean {
  return matches(text, parts(pattern, escape));
}

function parts(pattern: string, escape: string | undefined): readonly Part[] {
  const found: Part[] = [];
  for (let i = 0; i < pattern.length; i++) {
    let text = pattern.charAt(i);
    const escaped = text === escape && i + 1 < pattern.length;
    if (escaped) text = pattern.charAt(++i);
    found.push({ any: !escaped && text === '%', one: !escaped && text === '_', text });
  }
  return found;
}

function matches(text: string, pattern: readonly Part[]): boolean {
  let at = 0;
  let part = 0;
  let anyPart = -1;
  let anyAt = 0;
  while (at < text.length) {
    const current = pattern[part];
    if (current?.any === true) {
      anyPart = part++;
      anyAt = at;
    } else if (current !== undefined && (current.one || current.text === text[at])) {
      part++;
      at++;
    } else if (anyPart >= 0) {
      // The last % takes one character more.
      part = anyPart + 1;
      at = ++anyAt;
    } else {
      return false;
    }
  }
  while (pattern[part]?.any === true) part++;
  return part === pattern.length;
}
