/**
 * `npm run bugs`: how soon each planted bug is found under each strategy, written as a page row by
 * row. What the page has already is not measured again, as long as seeds and runs are the same.
 */
import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError } from 'commander';
import { benign } from '../../scenarios/mutants/benign.ts';
import type { Mutant } from '../../scenarios/mutants/mutant.ts';
import { mutants } from '../../scenarios/mutants/mutants.ts';
import { counted } from '../report/words.ts';
import { reportError } from '../cli/errors.ts';
import { labFor, mutantNamed } from '../cli/lab.ts';
import { storySteps } from '../cli/measure.ts';
import { processIo } from '../cli/io.ts';
import { knownRows, rowKey } from '../cli/row-file.ts';
import { remedyFor } from '../cli/suggest.ts';
import { count, durationMs, seed } from '../cli/values.ts';
import type { StrategyChoice } from '../search/portfolio.ts';
import { strategyChoices } from '../search/portfolio.ts';
import type { Plan } from './bugs-hunt.ts';
import { falseAlarms, hunted } from './bugs-hunt.ts';
import { benignRow, bugRow, bugsHead, bugsPage } from './bugs-page.ts';

const io = processIo();

interface Wish {
  readonly plan: Plan;
  readonly chosen: readonly Mutant[];
  readonly strategies: readonly StrategyChoice[];
  /** Milliseconds after which no row is begun. */
  readonly budgetMs: number;
  readonly out: string;
}

/** One row still to be measured. */
interface Errand {
  readonly key: string;
  readonly measure: () => string;
}

function strategiesNamed(text: string): readonly StrategyChoice[] {
  return text.split(',').map((name) => {
    const found = strategyChoices.find((choice) => choice === name);
    if (found !== undefined) return found;
    throw new InvalidArgumentError(`there is no "${name}". ${remedyFor(name, strategyChoices)}.`);
  });
}

function mutantsNamed(text: string): readonly Mutant[] {
  return text === 'all' ? mutants : text.split(',').map(mutantNamed);
}

function bugErrand(mutant: Mutant, strategy: StrategyChoice, plan: Plan): Errand {
  return {
    key: rowKey(mutant.name, strategy),
    measure: () => {
      const witnessSteps = storySteps(mutant.witness, labFor({ mutant: mutant.name }));
      const found = hunted(mutant, strategy, plan);
      return bugRow({ mutant: mutant.name, strategy, witnessSteps }, found, plan);
    },
  };
}

function errandsOf({ plan, chosen, strategies }: Wish): readonly Errand[] {
  const bugs = chosen.flatMap((mutant) =>
    strategies.map((strategy) => bugErrand(mutant, strategy, plan)),
  );
  const others = benign.map((one) => ({
    key: rowKey(one.name, 'portfolio'),
    measure: () => benignRow(one.name, falseAlarms(one, plan)),
  }));
  return [...bugs, ...others];
}

/** The rows that are there, in the order of the lists. */
function pageOf(head: string, rows: ReadonlyMap<string, string>): string {
  const those = (names: readonly string[], choices: readonly string[]): readonly string[] =>
    names.flatMap((name) => choices.flatMap((choice) => rows.get(rowKey(name, choice)) ?? []));
  return bugsPage(head, {
    bugs: those(
      mutants.map(({ name }) => name),
      strategyChoices,
    ),
    benign: those(
      benign.map(({ name }) => name),
      ['portfolio'],
    ),
  });
}

function measureAll(wish: Wish): void {
  const head = bugsHead(wish.plan);
  const rows = knownRows(wish.out, head, 2);
  const until = io.now() + wish.budgetMs;
  let left = 0;
  for (const { key, measure } of errandsOf(wish)) {
    if (rows.has(key)) continue;
    if (io.now() >= until) {
      left += 1;
      continue;
    }
    const row = measure();
    rows.set(key, row);
    writeFileSync(wish.out, pageOf(head, rows));
    io.out(`${row}\n`);
  }
  writeFileSync(wish.out, pageOf(head, rows));
  io.out(`${wish.out}: ${counted(rows.size, 'row')}, ${String(left)} to go\n`);
}

const usualStrategies = 'timed,random,pct,pos,portfolio';

function main(): void {
  new Command('npm run bugs --')
    .option(
      '--strategies <names>',
      'joined by commas',
      strategiesNamed,
      strategiesNamed(usualStrategies),
    )
    .option('--mutants <names>', 'joined by commas, or all', mutantsNamed, mutants)
    .option('--seed <number>', 'the first seed', seed, 1)
    .option('--seeds <count>', 'hunts for each row', count, 10)
    .option('--runs <count>', 'at most so many in each hunt', count, 2_000)
    .option('--harmless-runs <count>', 'of each harmless machine with each seed', count, 300)
    .option('--shrink-tries <count>', 'runs for making the first find small', count, 300)
    .option('--budget <time>', 'begin no row after so long: 90s, 5m', durationMs, Infinity)
    .option('--out <file>', 'the page', 'scenarios/mutants/BUGS.md')
    .exitOverride()
    .action((given: BugsOptions) => {
      const { strategies, mutants: chosen, budget: budgetMs, out, ...plan } = given;
      measureAll({ plan, chosen, strategies, budgetMs, out });
    })
    .parse();
}

interface BugsOptions extends Plan {
  readonly strategies: readonly StrategyChoice[];
  readonly mutants: readonly Mutant[];
  readonly budget: number;
  readonly out: string;
}

try {
  main();
} catch (error) {
  process.exitCode = reportError(error, io);
}
