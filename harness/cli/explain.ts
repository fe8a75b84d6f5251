/** `whitewater explain`: the story of a trace, or what a promise means. */
import { existsSync } from 'node:fs';
import { jsonOf } from '../report/json.ts';
import { markdownOf } from '../report/markdown.ts';
import type { Explanation } from '../report/promises.ts';
import { explanationOf, promiseOf } from '../report/promises.ts';
import { tell } from '../report/story.ts';
import { textOf } from '../report/text.ts';
import { spelled, wrapped } from '../report/layout.ts';
import { UserError } from '../trace/user-error.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { traceAt } from './input.ts';
import { invariantNames } from './lab.ts';
import { paintedStory, styleOf } from './paint.ts';
import type { Style } from './paint.ts';
import type { Request } from './request.ts';
import { remedyFor } from './suggest.ts';

function format(request: Request): 'text' | 'markdown' | 'json' {
  return request.given.format ?? (request.given.json === true ? 'json' : 'text');
}

async function explainTrace(path: string, request: Request): Promise<ExitCode> {
  const { given, io } = request;
  const style = styleOf(given, io);
  const { records } = await traceAt(path);
  const story = tell(records);
  const options = { ...style, full: given.full === true };
  switch (format(request)) {
    case 'json':
      io.out(jsonOf(story));
      break;
    case 'markdown':
      io.out(markdownOf(story, options));
      break;
    case 'text':
      io.out(paintedStory(textOf(story, options), style));
      break;
  }
  return exits.ok;
}

function promiseText(about: Explanation, style: Style): string {
  const bullets = about.breaks.flatMap((text) => wrapped({ first: '    · ', text }, style));
  const lines = [
    spelled(about.name, style),
    '',
    ...wrapped({ first: '  ', text: promiseOf(about.name) }, style),
    ...wrapped({ first: '  ', text: about.because }, style),
    '',
    '  how it breaks',
    ...bullets,
    '',
    ...wrapped({ first: '  read on         ', text: about.reading }, style),
    `  hunt for it     npx whitewater campaign --invariant ${about.name}`,
  ];
  return `${lines.join('\n')}\n`;
}

function promiseMarkdown(about: Explanation): string {
  const bullets = about.breaks.map((text) => `- ${text}`);
  const parts = [`# ${about.name}`, promiseOf(about.name), about.because, '## How it breaks'];
  return `${[...parts, bullets.join('\n'), `Source: ${about.reading}`].join('\n\n')}\n`;
}

function explainPromise(about: Explanation, request: Request): ExitCode {
  const { io, given } = request;
  switch (format(request)) {
    case 'json':
      io.out(`${JSON.stringify({ ...about, promise: promiseOf(about.name) }, null, 2)}\n`);
      break;
    case 'markdown':
      io.out(promiseMarkdown(about));
      break;
    case 'text':
      io.out(promiseText(about, styleOf(given, io)));
      break;
  }
  return exits.ok;
}

/** A path wins over a name; a name need not be spelled with its capitals. */
export async function explainCommand(request: Request): Promise<ExitCode> {
  const word = request.args[0] ?? '';
  if (existsSync(word) || /[/.]/u.test(word)) return explainTrace(word, request);
  const names = invariantNames();
  const name = names.find((one) => one.toLowerCase() === word.toLowerCase());
  const about = name === undefined ? undefined : explanationOf(name);
  if (about !== undefined) return explainPromise(about, request);
  throw new UserError(`"${word}" is neither a file nor an invariant`, {
    remedy: remedyFor(word, names),
  });
}
