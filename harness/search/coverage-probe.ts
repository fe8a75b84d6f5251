/**
 * Watches a machine from outside while it runs: every input that meets a role, and now and then the
 * abstract state of the cluster. The machine and its records stay as they are; what is looked at
 * often costs a few array accesses, and the state is looked at when a role or a term changed and
 * besides once in so many steps.
 */
import type { Check, Verdict } from '../check/check.ts';
import { faultKinds } from '../check/sometimes.ts';
import type { Node, Role } from '../raft/node.ts';
import type { Input } from '../raft/step.ts';
import { inputName } from '../raft/table.ts';
import type { TraceRecord } from '../trace/record.ts';
import type { Coverage } from './coverage.ts';
import { changeAt, columnOf, strikeAt } from './coverage.ts';
import type { Lab } from './execute.ts';

/** The check's name; it judges nothing and is taken out of what checks examined. */
export const probeName = 'Coverage';

const everySteps = 32;
const nobody = 5;

function placeOf(role: Role): number {
  switch (role) {
    case 'offline':
      return 0;
    case 'follower':
      return 1;
    case 'preCandidate':
      return 2;
    case 'candidate':
      return 3;
    case 'leader':
      return 4;
  }
}

function mix(hash: number, value: number): number {
  const mixed = Math.imul(hash ^ value, 0x9e3779b1);
  return mixed ^ (mixed >>> 15);
}

export class Probe {
  readonly lab: Lab;
  private coverage: Coverage;
  /** Abstract states that nobody had seen in this coverage before the run. */
  fresh = 0;
  private run = 0;
  private steps = 0;
  /** The cluster's nodes of now; a server that comes back has a new one. */
  private nodes: Node[] = [];
  private readonly words: number[] = [];

  constructor(lab: Lab, coverage: Coverage) {
    this.coverage = coverage;
    this.lab = this.watching(lab);
  }

  /** From here on another run is counted, and into this coverage. */
  begin(coverage: Coverage, run: number): void {
    this.coverage = coverage;
    this.run = run;
    this.steps = 0;
    this.fresh = 0;
    this.nodes = [];
  }

  private watching(lab: Lab): Lab {
    const { subject } = lab;
    return {
      ...lab,
      checks: [...lab.checks, this.strikes()],
      subject: {
        name: subject.name,
        create: (options, application) => {
          const node = subject.create(options, application);
          this.join(node);
          return node;
        },
        step: (node, input) => {
          const { role, term } = node;
          const effects = subject.step(node, input);
          this.stepped(node, input, role);
          if (node.role !== role || node.term !== term) this.look();
          return effects;
        },
      },
    };
  }

  private join(node: Node): void {
    const at = this.nodes.findIndex(({ options }) => options.id === node.options.id);
    if (at < 0) this.nodes.push(node);
    else this.nodes[at] = node;
  }

  private stepped(node: Node, input: Input, role: Role): void {
    const { changes } = this.coverage;
    const at = changeAt(placeOf(role), columnOf(inputName(input)), placeOf(node.role));
    changes[at] = (changes[at] ?? 0) + 1;
    this.steps += 1;
    if (this.steps % everySteps === 0) this.look();
  }

  /**
   * The abstract state: for each server its role, whether its term lies behind, whether its log is
   * the foremost, shorter, or of an older term, and whether some of it is uncommitted. Servers are
   * interchangeable, so the words are sorted. Any finer, and nearly every run would be new.
   */
  private look(): void {
    let term = 0;
    let last = 0;
    let lastTerm = 0;
    for (const node of this.nodes) {
      term = Math.max(term, node.term);
      last = Math.max(last, node.baseIndex + node.log.length);
      lastTerm = Math.max(lastTerm, lastTermOf(node));
    }
    const { words, nodes } = this;
    words.length = nodes.length;
    for (let i = 0; i < nodes.length; i += 1) {
      const node = nodes[i];
      if (node === undefined) break;
      const length = node.baseIndex + node.log.length;
      const log = lastTermOf(node) < lastTerm ? 2 : length < last ? 1 : 0;
      let word = placeOf(node.role) * 3 + log;
      word = word * 2 + (node.term < term ? 1 : 0);
      words[i] = word * 2 + (node.commitIndex < length ? 1 : 0);
    }
    this.see(sortedHash(words));
  }

  private see(hash: number): void {
    if (this.coverage.states.see(hash, this.run)) this.fresh += 1;
  }

  /** A fold that only counts whom faults strike; it examines one thing and finds nothing wrong. */
  private strikes(): Check {
    return {
      name: probeName,
      promise: 'Nothing: it counts whom faults strike.',
      class: 'safety',
      kinds: ['fault'],
      start: () => null,
      observe: (_: unknown, record: TraceRecord) => {
        if (record.kind === 'fault' && record.phase === 'start') this.struck(record);
        return undefined;
      },
      verdict: (): Verdict => ({ kind: 'pass', examined: 1 }),
    };
  }

  private struck({ name, detail }: Extract<TraceRecord, { readonly kind: 'fault' }>): void {
    const kind = faultKinds.findIndex((one) => one === name);
    if (kind < 0 || typeof detail !== 'object' || detail === null || Array.isArray(detail)) return;
    const said: unknown[] = Object.entries(detail)
      .filter(([field]) => field === 'server' || field === 'from' || field === 'to')
      .map(([, value]) => value);
    const side: unknown = Object.entries(detail).find(([field]) => field === 'side')?.[1];
    if (Array.isArray(side)) said.push(...side);
    const hit = this.nodes.filter(({ options }) => said.includes(options.id));
    for (const { role } of hit) this.strike(kind, placeOf(role));
    if (hit.length === 0) this.strike(kind, nobody);
  }

  private strike(kind: number, role: number): void {
    const { strikes } = this.coverage;
    const at = strikeAt(kind, role);
    strikes[at] = (strikes[at] ?? 0) + 1;
  }
}

function lastTermOf(node: Node): number {
  return node.log.at(-1)?.term ?? node.baseTerm;
}

/** Insertion sort: seven servers at most, nearly sorted from the time before. */
function sortedHash(words: number[]): number {
  for (let i = 1; i < words.length; i += 1) {
    const word = words[i] ?? 0;
    let at = i - 1;
    for (; at >= 0 && (words[at] ?? 0) > word; at -= 1) words[at + 1] = words[at] ?? 0;
    words[at + 1] = word;
  }
  let hash = words.length;
  for (let i = 0; i < words.length; i += 1) hash = mix(hash, words[i] ?? 0);
  // All bits count alike: sampling looks at the first ones.
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
