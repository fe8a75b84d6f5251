/**
 * The catalogue of ways in which Rafts go wrong, M01 to M54 (raft.md, section 6), and what became
 * of each here: planted as a mutant, harmless in this machine, or not to be expressed, with the
 * reason. Mutants and benign ones name their ids in `source`.
 */
import { benign } from './benign.ts';
import { mutants } from './mutants.ts';

export interface Treatment {
  readonly id: string;
  /** Names of mutants that harnesses must catch. */
  readonly planted: readonly string[];
  /** Names of benign deviations that no judge may report. */
  readonly harmless: readonly string[];
  /** Why there is nothing (more) to plant, or null. */
  readonly argued: string | null;
}

/** What cannot be planted as the catalogue words it, and why. */
const reasons: ReadonlyMap<string, string> = new Map([
  [
    'M05',
    'a step is synchronous, nothing can come between check and write: planted as a vote that ' +
      'counts only once it is on the disk',
  ],
  [
    'M13',
    'the refined probing of this leader never matches below a wrong tail: planted with plain probing',
  ],
  [
    'M28',
    'the commit that a term must have before it changes anything covers every older change, too: ' +
      'planted without that rule',
  ],
  [
    'M32',
    'a server that retires on its own word is planted; one that shuts down is a crash for good, ' +
      'and every crash here ends with the unkind part',
  ],
  [
    'M37',
    'what is committed is applied in the same step: planted as a read that does not wait at all',
  ],
  ['M45', 'the machine has no clock: planted as expiry by a count that differs between servers'],
  [
    'M50',
    'one machine takes one input at a time: two handlers for one message come to the message ' +
      'delivered twice, which lock expiry and redelivery do in every campaign',
  ],
  [
    'M51',
    'each run has a topic of its own and no fault empties all disks: of messages that outlive ' +
      'processes the answers to reads are planted',
  ],
]);

/** `M01` … `M54`. */
export const catalogueIds: readonly string[] = Array.from(
  { length: 54 },
  (_, at) => `M${String(at + 1).padStart(2, '0')}`,
);

function mentions(source: string | undefined, id: string): boolean {
  return source?.match(/M\d\d/gu)?.includes(id) ?? false;
}

/** What became of each entry, in the catalogue's order. */
export const catalogue: readonly Treatment[] = catalogueIds.map((id) => ({
  id,
  planted: mutants.filter(({ source }) => mentions(source, id)).map(({ name }) => name),
  harmless: benign.filter(({ source }) => mentions(source, id)).map(({ name }) => name),
  argued: reasons.get(id) ?? null,
}));
