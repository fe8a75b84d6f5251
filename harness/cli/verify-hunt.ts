/** Which worlds a planted fault or a mutant is looked for in, and how far. */
import { raft } from '../raft/machine.ts';
import { table } from '../raft/table.ts';
import type { Ears } from '../verify/explored.ts';
import { seek } from '../verify/hunt.ts';
import type { Hunted, World } from '../verify/hunt.ts';
import type { Planted } from '../verify/planted.ts';
import { doubted, recovered, verified, verify } from '../verify/verify.ts';
import type { Report, VerifyOptions } from '../verify/verify.ts';
import { mutantNamed } from './lab.ts';
import type { Request } from './request.ts';

/** So many states a world before a mutant is let go. */
const statesMax = 2_000_000;

/** What is explored, and by which watches: everything, or what a planted fault must be found in. */
function journeyFor(
  fault: Planted | null,
): Pick<VerifyOptions, 'worlds' | 'recovered' | 'watches'> {
  if (fault === null) return { worlds: verified, recovered, watches: ['ports', 'cluster'] };
  const watches = ['ports'] as const;
  if (fault.check === 'recovery') return { worlds: [], recovered, watches };
  const listed = fault.check === 'totality' || fault.check === 'reachability';
  const doubt = doubted(verified.slice(fault.skips), statesMax);
  return { worlds: listed ? verified.slice(0, 3) : doubt, recovered: [], watches };
}

/** The verification of the machine (null) or of a planted fault. */
export function reportOf(
  request: Request,
  fault: Planted | null,
  ears: Pick<VerifyOptions, 'onWorld' | 'onOpened' | 'onLevel'>,
): Report {
  return verify({
    ...journeyFor(fault),
    subject: fault?.subject ?? raft,
    table: fault?.table ?? table,
    open: fault === null,
    now: () => request.io.now(),
    ...ears,
  });
}

/** The same without a word. */
export function quietReport(request: Request, fault: Planted): Report {
  return reportOf(request, fault, { onWorld: () => undefined, onOpened: () => undefined });
}

/** The hunt for a mutant; its last world shows it, unless none does. */
export function hunted(name: string, ears: Ears = {}): readonly Hunted[] {
  const doubt = (of: readonly World[]): readonly World[] => doubted(of, statesMax);
  const ports = doubt(verified.slice(0, 5));
  return seek(mutantNamed(name).subject, { recovered: doubt(recovered), ports, statesMax, ears });
}
