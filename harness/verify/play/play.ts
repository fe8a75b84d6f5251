/**
 * Plays: a cluster's story as text. Settings stand at the top; a line with `>` is a command; below
 * it stands what came of it: `<` a message that left or something done, `=` a server that changed.
 * Lines with `#` and empty lines stay as they are. README.md in this folder has every command.
 *
 * Running a play writes the same text again with what happens today: equal text is a pass.
 */
import type { Subject } from '../../raft/step.ts';
import { perform } from './commands.ts';
import { BadPlay } from './bad-play.ts';
import { noteSetting, newSettings, settingOf } from './settings.ts';
import { folded, serverText } from './telling.ts';
import { Troupe } from './troupe.ts';

export interface Played {
  /** The play with today's outcome. */
  readonly text: string;
  /** The first line that differs, 1-based; 0: none does. */
  readonly differsAt: number;
  readonly commands: number;
}

/** Is the text a play, rather than a script for one server? */
export function isPlay(text: string): boolean {
  return /^cluster /mu.test(text);
}

/** Runs a play. Throws `BadPlay` with the line when it cannot be understood. */
export function runPlay(text: string, subject?: Subject): Played {
  const settings = newSettings();
  const given = text.split('\n');
  const lines: string[] = [];
  const shown = new Map<string, string>();
  let troupe: Troupe | null = null;
  let commands = 0;
  given.forEach((line, index) => {
    const start = line.charAt(0);
    if (start === '<' || start === '=') return;
    lines.push(line);
    if (start === '#' || line.trim() === '') return;
    if (start !== '>') {
      if (troupe !== null) throw new BadPlay('settings stand before the first command', index + 1);
      noteSetting(settings, line.trim(), index + 1);
      return;
    }
    troupe ??= new Troupe(settingOf(settings, index + 1, subject));
    lines.push(...outcome(troupe, { command: line.slice(1).trim(), at: index + 1 }, shown));
    commands += 1;
  });
  const told = lines.join('\n');
  return { text: told, differsAt: firstDifference(told.split('\n'), given), commands };
}

/** Performs one command: what was said and done, then the servers that are not as last shown. */
function outcome(
  troupe: Troupe,
  line: { readonly command: string; readonly at: number },
  shown: Map<string, string>,
): readonly string[] {
  perform(troupe, line.command, line.at);
  const said = folded(troupe.told).map((text) => `< ${text}`);
  troupe.told = [];
  for (const { id, node } of troupe.actors) {
    const text = serverText(node);
    if (shown.get(id) === text) continue;
    shown.set(id, text);
    said.push(`= ${id} ${text}`);
  }
  return said.length === 0 ? ['< nothing'] : said;
}

function firstDifference(now: readonly string[], given: readonly string[]): number {
  const longest = Math.max(now.length, given.length);
  for (let at = 0; at < longest; at += 1) if (now[at] !== given[at]) return at + 1;
  return 0;
}
