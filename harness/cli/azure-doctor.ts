/** `whitewater azure doctor`: one line for each thing that live runs need, with the remedy. */
import { azOnPath } from '../../adapters/azure/provision/az.ts';
import { examine } from '../../adapters/azure/provision/doctor.ts';
import type { Finding } from '../../adapters/azure/provision/finding.ts';
import { clean } from '../report/words.ts';
import { entitiesOf, groupNamed, subscriptionOf } from './azure-defaults.ts';
import type { ExitCode } from './exit.ts';
import { exits, worst } from './exit.ts';
import { accountGiven } from './namespace-given.ts';
import { type Colour, painted, styleOf } from './paint.ts';
import type { Request } from './request.ts';

const marks: Readonly<Record<Finding['state'], readonly [string, Colour]>> = {
  ok: ['✓', 'green'],
  problem: ['✖', 'red'],
  note: ['⚠', 'yellow'],
};

const codes: Readonly<Record<Finding['kind'], ExitCode>> = {
  usage: exits.usage,
  unreachable: exits.unreachable,
  unauthorised: exits.unauthorised,
};

/** Exit 0 only if nothing is a problem; notes are none. */
export async function doctorCommand(request: Request): Promise<ExitCode> {
  const { given, io } = request;
  const account = accountGiven(request);
  const group = groupNamed(request);
  const style = styleOf(given, io);
  const show = ({ name, state, text, remedy }: Finding): void => {
    if (given.json === true) return;
    const [mark, colour] = marks[state];
    const line = `${painted(mark, { style, colour })} ${name.padEnd(11)}${clean(text, 300)}\n`;
    io.out(remedy === '' ? line : `${line}    ${clean(remedy, 300)}\n`);
  };
  const findings = await examine(
    {
      nodeVersion: process.version,
      run: azOnPath(io.env),
      ...subscriptionOf(request),
      ...(group === undefined ? {} : { group }),
      ...(account === undefined ? {} : { account }),
      topic: entitiesOf(request).topic,
      nowMs: () => Date.now(),
    },
    show,
  );
  if (given.json === true) {
    io.out(`${JSON.stringify({ schema: 'whitewater.azure.doctor/1', findings })}\n`);
  }
  const problems = findings.filter(({ state }) => state === 'problem');
  return worst(problems.map(({ kind }) => codes[kind]));
}
