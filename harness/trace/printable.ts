/** Text from a trace is foreign: nothing in it may steer a terminal or hide what it says. */

// Control characters, direction overrides, zero-width signs, line separators, the byte order mark.
const unprintable =
  // oxlint-disable-next-line no-control-regex -- these are the characters to be replaced
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/gu;
const loneSurrogate = /\p{Surrogate}/gu;

/** `text` with unprintable characters as `\u001b`, cut to `max` characters with an ellipsis. */
export function printable(text: string, max: number = 100): string {
  const cut = text.length > max ? `${text.slice(0, max)}…` : text;
  return cut.replace(unprintable, escape).replace(loneSurrogate, escape);
}

function escape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
