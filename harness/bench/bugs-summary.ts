/** The bug table in short: what each strategy found, and how soon, over all planted bugs. */

interface Cells {
  readonly mutant: string;
  readonly strategy: string;
  readonly found: number;
  readonly hunts: number;
  /** Infinity: most hunts found nothing. */
  readonly median: number;
}

function cellsOf(row: string): Cells {
  const [, mutant = '', strategy = '', share = '', runs = ''] = row
    .split('|')
    .map((cell) => cell.trim());
  const [found = 0, hunts = 0] = share.split('/').map(Number);
  const median = runs.startsWith('>') ? Infinity : Number(runs.replaceAll(',', ''));
  return { mutant, strategy, found, hunts, median };
}

const soon = 10;
const late = 100;

const head = `
## The strategies side by side

Over the planted bugs above: hunts that found, bugs whose median is at most ${String(soon)} or
${String(late)} runs, and bugs of which nobody's median is less (several may share that).

| strategy | found | within ${String(soon)} | within ${String(late)} | soonest |
| :-- | --: | --: | --: | --: |
`;

/** The table of the rows of the bug table, strategies in the order they come in. */
export function summaryTable(rows: readonly string[]): string {
  const all = rows.map(cellsOf);
  const least = new Map<string, number>();
  for (const { mutant, median } of all) {
    least.set(mutant, Math.min(median, least.get(mutant) ?? Infinity));
  }
  const strategies = [...new Set(all.map(({ strategy }) => strategy))];
  const lines = strategies.map((strategy) => {
    const own = all.filter((one) => one.strategy === strategy);
    const within = (runs: number): number => own.filter(({ median }) => median <= runs).length;
    const soonest = own.filter(
      ({ mutant, median }) => median < Infinity && median === least.get(mutant),
    );
    const found = own.reduce((sum, one) => sum + one.found, 0);
    const hunts = own.reduce((sum, one) => sum + one.hunts, 0);
    const cells = [strategy, `${String(found)}/${String(hunts)}`];
    const counts = [within(soon), within(late), soonest.length].map(
      (count) => `${String(count)} of ${String(own.length)}`,
    );
    return `| ${[...cells, ...counts].join(' | ')} |\n`;
  });
  return lines.length === 0 ? '' : `${head}${lines.join('')}`;
}
