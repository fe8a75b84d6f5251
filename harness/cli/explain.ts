/** `whitewater explain`: the story of a trace, or what a promise means. */
import { existsSync } from 'node:fs';
import { jsonOf } from '../report/json.ts';
import { escaped, fenced, markdownOf } from '../report/markdown.ts';
import type { Explanation } from '../report/promises.ts';
import { explanationOf, promiseOf } from '../report/promises.ts';
import type { Story } from '../report/shape.ts';
import { tell } from '../report/story.ts';
import { textOf } from '../report/text.ts';
import { spelled, wrapped } from '../report/layout.ts';
import { UserError } from '../trace/user-error.ts';
import { exampleLines } from './examples/example-text.ts';
import type { Example } from './examples/examples.ts';
import { exampleOf } from './examples/examples.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { writeTrace } from './failure-folder.ts';
import { invariantNames } from './lab.ts';
import { paintedMarks, paintedStory, styleOf } from './paint.ts';
import type { Style } from './paint.ts';
import { passageOf } from './passage.ts';
import type { Given, Request } from './request.ts';
import { remedyFor } from './suggest.ts';

function format(request: Request): 'text' | 'markdown' | 'json' {
  return request.given.format ?? (request.given.json === true ? 'json' : 'text');
}

async function explainTrace(path: string, request: Request): Promise<ExitCode> {
  const { given, io } = request;
  const style = styleOf(given, io);
  const passage = passageOf(request);
  const { records } = await passage.read(path);
  passage.begin('telling the story of', records.length);
  const story = tell(records);
  passage.end();
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

/** The run that breaks the promise, with how to see all of it. */
function exampleText(about: Explanation, found: Shown, style: Style): string[] {
  const { example, story } = found;
  const bug = example.mutant === null ? '' : ` (--mutant ${example.mutant})`;
  return [
    '',
    ...wrapped({ first: '  an example      ', text: `${example.summary}${bug}` }, style),
    ...exampleLines(story, { ...style, full: found.full }),
    '',
    ...(found.full ? [] : [`  see it whole    npx whitewater explain ${about.name} --full`]),
    `  as a picture    npx whitewater explain ${about.name} --trace ${about.name}.ndjson`,
    `                  npx whitewater view ${about.name}.ndjson`,
  ];
}

interface Shown {
  readonly example: Example;
  readonly story: Story;
  readonly full: boolean;
}

function promiseText(about: Explanation, found: Shown | null, style: Style): string {
  const bullets = about.breaks.flatMap((text) => wrapped({ first: '    · ', text }, style));
  const lines = [
    spelled(about.name, style),
    '',
    ...wrapped({ first: '  ', text: promiseOf(about.name) }, style),
    ...wrapped({ first: '  ', text: about.because }, style),
    '',
    '  how it breaks',
    ...bullets,
    ...(found === null ? [] : exampleText(about, found, style)),
    ...wrapped({ first: '  read on         ', text: about.reading }, style),
    `  hunt for it     npx whitewater campaign --invariant ${about.name}`,
  ];
  return `${lines.join('\n')}\n`;
}

function promiseMarkdown(about: Explanation, found: Shown | null): string {
  const bullets = about.breaks.map((text) => `- ${text}`);
  const parts = [`# ${about.name}`, promiseOf(about.name), about.because, '## How it breaks'];
  const lines = found === null ? [] : exampleLines(found.story, { full: found.full });
  const example =
    found === null ? [] : ['## An example', escaped(found.example.summary), fenced(lines)];
  const all = [...parts, bullets.join('\n'), ...example, `Source: ${about.reading}`];
  return `${all.join('\n\n')}\n`;
}

function shownFor({ name }: Explanation, { full = false }: Given): Shown | null {
  const example = exampleOf(name);
  return example === undefined ? null : { example, story: tell(example.records), full };
}

function exampleJson({ example, story }: Shown): object {
  const { summary, mutant, scenario } = example;
  const { title, lines } = story;
  const told = lines.map(({ at, mark, text, seq }) => ({ at, mark: mark.trim(), text, seq }));
  return { summary, mutant, scenario, title, lines: told };
}

function explainPromise(about: Explanation, request: Request): ExitCode {
  const { io, given } = request;
  const found = shownFor(about, given);
  if (given.trace !== undefined && found !== null) {
    writeTrace(given.trace, found.example.records);
  }
  switch (format(request)) {
    case 'json': {
      const example = found === null ? null : exampleJson(found);
      const document = { ...about, promise: promiseOf(about.name), example };
      io.out(`${JSON.stringify(document, null, 2)}\n`);
      break;
    }
    case 'markdown':
      io.out(promiseMarkdown(about, found));
      break;
    case 'text': {
      const style = styleOf(given, io);
      io.out(paintedMarks(promiseText(about, found, style), style));
      break;
    }
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
