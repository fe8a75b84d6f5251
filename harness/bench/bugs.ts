/**
 * `npm run bugs`: how soon each planted bug is found under each strategy, written as a page row by
 * row. What the page has already is not measured again, as long as seeds and runs are the same; so
 * one process may make one part of it and another the other, and a third puts them together.
 */
import { writeFileSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
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
import { shard } from '../cli/campaign-flags.ts';
import { count, durationMs, natural, seed } from '../cli/values.ts';
import type { Shard } from '../search/ledger.ts';
import { wholeCampaign } from '../search/ledger.ts';
import type { StrategyChoice } from '../search/portfolio.ts';
import { strategyChoices } from '../search/portfolio.ts';
import type { Plan } from './bugs-hunt.ts';
import { falseAlarms, hunted } from './bugs-hunt.ts';
import { benignRow, bugRow, bugsHead, bugsPage, clientsCell, clientsRow } from './bugs-page.ts';

const io = processIo();

interface Wish {
  readonly plan: Plan;
  readonly chosen: readonly Mutant[];
  readonly strategies: readonly StrategyChoice[];
  /** Milliseconds after which no row is begun. */
  readonly budgetMs: number;
  readonly out: string;
  /** Every so many-th machine alone. */
  readonly part: Shard;
  /** Pages of the same plan whose rows are taken over. */
  readonly from: readonly string[];
}

type KnownRows = ReadonlyMap<string, string>;

/** One row that may have to be measured. */
interface Errand {
  readonly key: string;
  /** Given the rows that are there. */
  readonly measure: (rows: KnownRows) => string;
}

function strategiesNamed(text: string): readonly StrategyChoice[] {
  if (text === 'all') return strategyChoices;
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
      const found = hunted({ mutant, strategy, judges: 'all' }, plan);
      return bugRow({ mutant: mutant.name, strategy, witnessSteps }, found, plan);
    },
  };
}

function clientsErrand(mutant: Mutant, plan: Plan): Errand {
  return {
    key: rowKey(mutant.name, clientsCell),
    measure: (rows) => {
      const found = hunted({ mutant, strategy: 'portfolio', judges: 'clients' }, plan);
      const beside = rows.get(rowKey(mutant.name, 'portfolio'));
      return clientsRow(mutant.name, found, { plan, beside });
    },
  };
}

/**
 * Strategy by strategy, so that a page that was broken off tells of all planted bugs: the rows of the
 * first one, what clients alone see, harmless machines, then the rows of the others.
 */
function errandsOf({ plan, chosen, strategies, part }: Wish): readonly Errand[] {
  const mine = <Machine>(machines: readonly Machine[]): readonly Machine[] =>
    machines.filter((_, at) => at % part.of === part.index);
  const bugs = mine(chosen);
  const hunts = strategies.map((strategy) =>
    bugs.map((mutant) => bugErrand(mutant, strategy, plan)),
  );
  const [first = [], ...rest] = hunts;
  const clients = plan.clientRuns === 0 ? [] : bugs.map((mutant) => clientsErrand(mutant, plan));
  const harmless = (plan.harmlessRuns === 0 ? [] : mine(benign)).map((one) => ({
    key: rowKey(one.name, 'portfolio'),
    measure: () => benignRow(one.name, falseAlarms(one, plan)),
  }));
  return [...first, ...clients, ...harmless, ...rest.flat()];
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
    clients: those(
      mutants.map(({ name }) => name),
      [clientsCell],
    ),
    benign: those(
      benign.map(({ name }) => name),
      ['portfolio'],
    ),
  });
}

function measureAll(wish: Wish): void {
  const head = bugsHead(wish.plan);
  const rows = new Map([...wish.from, wish.out].flatMap((file) => [...knownRows(file, head, 2)]));
  const until = io.now() + wish.budgetMs;
  let left = 0;
  for (const { key, measure } of errandsOf(wish)) {
    if (rows.has(key)) continue;
    if (io.now() >= until) {
      left += 1;
      continue;
    }
    const row = measure(rows);
    rows.set(key, row);
    writeFileSync(wish.out, pageOf(head, rows));
    io.out(`${row}\n`);
  }
  writeFileSync(wish.out, pageOf(head, rows));
  io.out(`${wish.out}: ${counted(rows.size, 'row')}, ${String(left)} to go\n`);
}

const usualStrategies = 'portfolio,timed,random,pct,pos';

/** File names joined by commas. */
function filesNamed(text: string): readonly string[] {
  return text.split(',');
}

function main(): void {
  new Command('npm run bugs --')
    .addOption(
      new Option('--strategies <names>', 'joined by commas, or all')
        .argParser(strategiesNamed)
        .default(strategiesNamed(usualStrategies), usualStrategies),
    )
    .addOption(
      new Option('--mutants <names>', 'joined by commas, or all')
        .argParser(mutantsNamed)
        .default(mutants, 'all'),
    )
    .option('--seed <number>', 'the first seed', seed, 1)
    .option('--seeds <count>', 'hunts for each row', count, 10)
    .option('--runs <count>', 'at most so many in each hunt by the portfolio', count, 300)
    .option('--strategy-runs <count>', 'and by one strategy alone', count, 100)
    .option('--client-runs <count>', 'and where clients alone judge; 0: none', natural, 40)
    .option('--harmless-runs <count>', 'of each harmless machine with each seed', natural, 60)
    .option('--shrink-tries <count>', 'runs for making the first find small', count, 300)
    .option('--budget <time>', 'begin no row after so long: 90s, 5m', durationMs, Infinity)
    .addOption(
      new Option('--part <part>', 'only 1/2 of the machines, or 2/2')
        .argParser(shard)
        .default(wholeCampaign, 'all of them'),
    )
    .option('--from <files>', 'pages of the same plan with rows to take over', filesNamed, [])
    .option('--out <file>', 'the page', 'scenarios/mutants/BUGS.md')
    .exitOverride()
    .action((given: BugsOptions) => {
      const { strategies, mutants: chosen, budget: budgetMs, out, part, from, ...plan } = given;
      measureAll({ plan, chosen, strategies, budgetMs, out, part, from });
    })
    .parse();
}

interface BugsOptions extends Plan {
  readonly strategies: readonly StrategyChoice[];
  readonly mutants: readonly Mutant[];
  readonly budget: number;
  readonly out: string;
  readonly part: Shard;
  readonly from: readonly string[];
}

try {
  main();
} catch (error) {
  process.exitCode = reportError(error, io);
}
