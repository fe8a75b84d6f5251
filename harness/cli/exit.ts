/** Exit codes: a script can tell "bug found" from "could not run". */
export const exits = {
  /** Everything held. */
  ok: 0,
  /** A promise was broken, or a replay does not conform. */
  violation: 1,
  /** Some judge could not say. */
  unknown: 2,
  /** Nothing was proven: no runs, or a gate unmet. */
  vacuous: 3,
  usage: 64,
  /** Broker or Azure unreachable. */
  unreachable: 69,
  /** Internal error or nondeterminism. */
  internal: 70,
  unauthorised: 77,
  interrupted: 130,
} as const;

export type ExitCode = (typeof exits)[keyof typeof exits];

/** From the gravest on: what a mixture of outcomes comes to. */
const gravest: readonly ExitCode[] = [
  exits.interrupted,
  exits.usage,
  exits.unreachable,
  exits.unauthorised,
  exits.internal,
  exits.violation,
  exits.vacuous,
  exits.unknown,
  exits.ok,
];

/** The one code for several outcomes: 70 before 1 before 3 before 2 before 0. */
export function worst(codes: readonly ExitCode[]): ExitCode {
  return gravest.find((code) => codes.includes(code)) ?? exits.ok;
}

export const exitHelp =
  'Exit codes    0 held   1 bug found   2 unknown   3 nothing proven   64 usage   70 internal';
