/** The page of every command and option, made from the program that `--help` is made from. */
import type { Command, Option } from 'commander';
import { commands } from './commands.ts';
import type { CommandSpec } from './commands.ts';
import type { ExitCode } from './exit.ts';
import { commonFlags, optionNamed } from './flags.ts';
import { code, pageOf, tableOf } from './markdown.test.kit.ts';
import { silentProgram } from './program.test.kit.ts';

const meanings: Readonly<Record<ExitCode, string>> = {
  0: 'everything held',
  1: 'a bug was found, or a trace does not conform',
  2: 'unknown: a judge ran out of its budget',
  3: 'nothing proven: no runs, something must-see unseen, a planted bug not found',
  64: 'usage: the sentence says what, where and how to mend it',
  69: 'a broker, or Azure, cannot be reached',
  70: 'internal error, or nondeterminism',
  77: 'not allowed: it names the role or the sign-in that is missing',
  130: 'interrupted; what was found is kept',
};

const usual = commonFlags.map((name) => optionNamed(name).long);

function rowOf(option: Option): readonly string[] {
  const { argChoices } = option;
  const choices = argChoices === undefined ? '' : `: ${argChoices.map(code).join(', ')}`;
  return [code(option.flags), `${option.description}${choices}`];
}

/** What more there is to say of a command, after its examples. */
const remarks: Readonly<Record<string, readonly string[]>> = {
  campaign: [
    'The folder that `--out` names gets `campaign.json`, the same as a page in `campaign.html`, what ' +
      '`merge`\nreads in `chunks.json`, and a folder for each bug. Seed, runs, options and commit ' +
      'decide all of\n`campaign.json` but its times (`wallMs`, `runsPerSec`) and how small a bug got ' +
      'before the time for\nshrinking was up, however many workers, shards or machines there are, and ' +
      'under whatever Node. Its\n`runsHash` is of all runs, of what happened in each and how it was ' +
      'judged: where two machines print the\nsame one, all their runs were the same.',
    '```text\nnpx whitewater campaign --seed 7 --runs 20000 --json -q | grep runsHash\n```',
  ],
};

/** The command's options in the order of its help, by group. */
function optionsOf(command: Command): readonly string[] {
  const shown = command.options.filter(
    (option) => !option.hidden && !usual.includes(option.long) && option.long !== '--help',
  );
  const groups = [...new Set(shown.map(({ helpGroupHeading }) => helpGroupHeading ?? ''))];
  const rows = groups.flatMap((group) =>
    shown.filter(({ helpGroupHeading = '' }) => helpGroupHeading === group).map(rowOf),
  );
  return rows.length === 0 ? [] : [tableOf(['option', 'what it does'], rows)];
}

function examplesOf({ examples }: CommandSpec): string {
  const width = Math.max(...examples.map(([line]) => line.length)) + 3;
  const lines = examples.map(([line, text]) => `npx ${line.padEnd(width)}${text}`.trimEnd());
  return ['```text', ...lines, '```'].join('\n');
}

function commandPage(spec: CommandSpec, whole: Command): readonly string[] {
  const command = whole.commands.find((one) => one.name() === spec.name);
  if (command === undefined) throw new Error(`no command ${spec.name}`);
  const { argument, aliases, name, summary } = spec;
  const usage = `whitewater ${[name, ...aliases].join('|')} ${command.usage()}`;
  const about = argument === null ? '' : `${code(argument.name)}: ${argument.text}.`;
  return [
    `## ${name}`,
    summary,
    ['```text', usage, '```'].join('\n'),
    about,
    ...optionsOf(command),
    examplesOf(spec),
    ...(remarks[name] ?? []),
  ];
}

/** The whole page. */
export function referencePage(): string {
  const whole = silentProgram();
  const common = commonFlags.map((name) => rowOf(optionNamed(name)));
  const codes = Object.entries(meanings).map(([exit, meaning]) => [exit, meaning]);
  return pageOf([
    '# Reference of the command line',
    'Made from the tables that `whitewater --help` is made from; a test fails when this page is stale' +
      '\n(`npx vitest run harness/cli/pages.test.ts -u` writes it anew).',
    'Without a command, `npx whitewater` shows in half a minute what this is; `--seed` ' +
      'fixes what it draws.',
    '## For every command',
    tableOf(['option', 'what it does'], [...common, ['`-h, --help`', 'the help of the command']]),
    'How a command ends:',
    tableOf(['code', 'meaning'], codes),
    'Durations are written `500ms`, `30s`, `10m`, `2h`; seeds are decimal, `0x…` or negative.',
    ...commands.flatMap((spec) => commandPage(spec, whole)),
  ]);
}
