/**
 * The arbitrary for whole scenarios: fast-check draws one integer, and shrinking works on the plan
 * itself. Seed and path replay as with any other arbitrary; the scenario is what is stored.
 */
import { Arbitrary, Stream, Value } from 'fast-check';
import type { Random } from 'fast-check';
import { isScenario } from '../../harness/world/scenario-schema.ts';
import type { Scenario } from '../../harness/world/scenario.ts';
import { expandScenario } from './expand.ts';
import type { ScenarioOptions } from './options.ts';
import { isPlace, mark, start } from './place.ts';
import { candidates } from './shrink.ts';

const lowest = -0x8000_0000;
const highest = 0x7fff_ffff;

function* valuesFrom(scenario: Scenario, context: unknown): Generator<Value<Scenario>, undefined> {
  for (const candidate of candidates(scenario, isPlace(context) ? context : start)) {
    yield new Value(candidate.scenario, mark(candidate.place));
  }
  return undefined;
}

class ScenarioArbitrary extends Arbitrary<Scenario> {
  private readonly options: ScenarioOptions;

  constructor(options: ScenarioOptions) {
    super();
    this.options = options;
  }

  override generate(random: Random): Value<Scenario> {
    return new Value(expandScenario(random.nextInt(lowest, highest), this.options), undefined);
  }

  override canShrinkWithoutContext(value: unknown): value is Scenario {
    return isScenario(value);
  }

  override shrink(value: Scenario, context: unknown): Stream<Value<Scenario>> {
    return new Stream(valuesFrom(value, context));
  }
}

/**
 * Scenarios within the fault model: a correct Raft passes every one. Shrinks by deleting actions,
 * then simplifying what is left; each accepted step is strictly simpler.
 */
export function scenarioArbitrary(options: ScenarioOptions = {}): Arbitrary<Scenario> {
  return new ScenarioArbitrary(options);
}
