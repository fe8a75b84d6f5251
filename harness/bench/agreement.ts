/**
 * Every judge of histories against trying every order, on a million small random histories: the
 * whole of what the tests try a sample of. It ends with an error at the first disagreement.
 */
import { disagreement } from '../check/linearizability/agreement.test.kit.ts';
import type { Benchmark, Figure } from './measure.ts';
import { timed } from './measure.ts';

const histories = 1_000_000;

function measure(): readonly Figure[] {
  let judged = 0;
  let legal = 0;
  const { cpuSeconds } = timed(() => {
    for (let seed = 1; judged < histories; seed += 1) {
      const found = disagreement(seed);
      if (found === null) continue;
      if (found.who.length > 0) throw new Error(`seed ${seed}: ${found.who.join(', ')} disagree`);
      judged += 1;
      if (found.legal) legal += 1;
    }
  });
  return [
    { name: 'histories that all agree on', value: judged, unit: 'histories' },
    { name: 'linearizable among them', value: legal / judged, unit: 'of them' },
    { name: 'judged five ways', value: judged / cpuSeconds, unit: 'a CPU second' },
  ];
}

/** For the list of benchmarks. */
export const agreementBenchmark: Benchmark = {
  name: 'agreement',
  summary: 'judges of histories against trying every order, up to 8 operations, every model',
  onlyByName: true,
  warmUps: 0,
  runs: 1,
  measure,
};
