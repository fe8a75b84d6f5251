/**
 * A quick examination of the judges of histories, for `mutation.ts`: exit code 0 if nothing looks
 * wrong, and on standard output how far the searches looked and how failures are explained. Small
 * histories against trying every order, longer ones against a plain search. With `glance` a few.
 */
import { columnsFor, disagreement } from '../check/linearizability/agreement.test.kit.ts';
import { effort } from '../check/linearizability/effort.test.kit.ts';
import { explained } from '../check/linearizability/explained.test.kit.ts';
import { naiveSearch } from '../check/linearizability/brute-force.ts';
import { judge } from '../check/linearizability/judge.ts';
import { randomHistory } from '../check/linearizability/random-history.ts';
import { historyOf } from '../check/history.ts';

const glances = process.argv.includes('glance');
const small = glances ? 300 : 4_000;
const long = glances ? 3 : 60;
const budget = { configurations: 1_000_000 };
const mixes = [
  { values: 0, mix: ['read', 'write'] },
  { values: 0, mix: ['read', 'read', 'write', 'cas', 'cas'] },
  { values: 3, mix: ['read', 'write', 'cas'] },
  { values: 0, mix: ['read', 'append'] },
  { values: 3, mix: ['read', 'read', 'write', 'cas', 'append', 'delete'] },
] as const;

function isWrongOnLong(seed: number): boolean {
  return mixes.some(({ values, mix }) => {
    const shared = { seed, values, mix, keys: 1, ties: 0, unknowns: seed % 3 === 0 ? 0.02 : 0 };
    const size = { operations: 20 + ((seed * 37) % 120), clients: 2 + (seed % 3) };
    const lies = seed % 2 === 0 ? 0 : 0.02;
    const history = historyOf(randomHistory({ ...shared, ...size, lies }));
    const truth = naiveSearch(history.operations) ? 'linearizable' : 'illegal';
    return judge(columnsFor(history), budget).kind !== truth;
  });
}

function wrong(): boolean {
  for (let seed = 1; seed <= small; seed += 1) {
    if ((disagreement(seed)?.who.length ?? 0) > 0) return true;
    if (seed <= long && isWrongOnLong(seed)) return true;
  }
  return false;
}

if (wrong()) process.exitCode = 1;
else if (!glances) console.log([...effort(), ...explained()].join('\n'));
