/**
 * What the operator asks for. What becomes of a wish is not known here, so the next one starts from
 * what would be if all before had been fulfilled: most make sense, some are refused.
 */
import type { OperatorStep, ServerChange } from '../../harness/world/scenario.ts';
import type { Dice } from './dice.ts';
import { serverNames } from './faults.ts';

type Reconfigure = Extract<OperatorStep, { readonly kind: 'reconfigure' }>;

export class WishDeck {
  private readonly dice: Dice;
  private voters: readonly string[];
  private learners: readonly string[];
  private readonly names: readonly [string, ...string[]];

  constructor(
    dice: Dice,
    cluster: { readonly servers: number; readonly spares: number; readonly learners: number },
  ) {
    this.dice = dice;
    const names = serverNames(cluster.servers);
    this.names = [names[0] ?? 'S1', ...names.slice(1)];
    const voting = cluster.servers - cluster.spares - cluster.learners;
    this.voters = names.slice(0, voting);
    this.learners = names.slice(voting, voting + cluster.learners);
  }

  transfer(atMs: number): OperatorStep {
    const likely = this.dice.chance(85) ? this.among(this.voters) : this.dice.pick(this.names);
    return { atMs, kind: 'transfer', target: likely };
  }

  /** One server comes, goes or is promoted. */
  simple(atMs: number): OperatorStep {
    return this.take({ atMs, kind: 'reconfigure', changes: [this.change()], transition: 'simple' });
  }

  /** Several come and go at once. */
  joint(atMs: number): OperatorStep {
    const { dice } = this;
    const replace = dice.chance(50);
    const changes: readonly ServerChange[] = replace
      ? [this.addition(), { kind: 'remove', server: this.among(this.voters) }]
      : Array.from({ length: dice.between(1, 3) }, () => this.change());
    return this.take({ atMs, kind: 'reconfigure', changes, transition: 'joint' });
  }

  private among(names: readonly string[]): string {
    return names[this.dice.next() % Math.max(1, names.length)] ?? this.names[0];
  }

  private addition(): ServerChange {
    const outside = this.names.filter((name) => !this.voters.includes(name));
    const learner = this.learners.length > 0 && this.dice.chance(50);
    return { kind: 'addVoter', server: this.among(learner ? this.learners : outside) };
  }

  private change(): ServerChange {
    const { dice, voters, learners } = this;
    const waiting = voters.length < this.names.length;
    const kind = dice.weighted([
      [waiting ? 50 : 5, 'add'],
      [voters.length > 2 ? 35 : 8, 'remove'],
      [waiting ? 12 : 6, 'learn'],
      [learners.length > 0 ? 5 : 0, 'dismiss'],
    ] as const);
    switch (kind) {
      case 'add':
        return this.addition();
      case 'remove':
        return { kind: 'remove', server: this.among(voters) };
      case 'learn':
        return { kind: 'addLearner', server: dice.pick(this.names) };
      case 'dismiss':
        return { kind: 'remove', server: this.among(learners) };
    }
  }

  /** As if it had been fulfilled. */
  private take(step: Reconfigure): OperatorStep {
    const before = this.voters;
    for (const { kind, server } of step.changes) {
      this.voters = this.voters.filter((name) => name !== server);
      this.learners = this.learners.filter((name) => name !== server);
      if (kind === 'addVoter') this.voters = [...this.voters, server];
      if (kind === 'addLearner') this.learners = [...this.learners, server];
    }
    if (this.voters.length === 0) this.voters = before;
    return step;
  }
}

/**
 * The wishes, in order, without those that make a stranger vote: a spare, or a server removed before.
 * One that believes in a vote that others know nothing of, because they removed it unheard or took
 * its addition back, and that asks nobody before it campaigns, is always a term ahead of the leader
 * that takes it in, and unseats it.
 */
export function amongAcquaintances(
  steps: readonly OperatorStep[],
  spares: readonly string[],
): OperatorStep[] {
  const strangers = new Set(spares);
  const gone = new Set<string>();
  const fits = ({ kind, server }: ServerChange): boolean =>
    kind === 'remove' || (!gone.has(server) && (kind === 'addLearner' || !strangers.has(server)));
  const kept: OperatorStep[] = [];
  for (const step of steps) {
    if (step.kind === 'transfer') {
      kept.push(step);
      continue;
    }
    const changes = step.changes.filter(fits);
    for (const { kind, server } of changes) if (kind === 'remove') gone.add(server);
    if (changes.length > 0) kept.push({ ...step, changes });
  }
  return kept;
}
