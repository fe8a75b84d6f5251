/** `whitewater azure cost`: what a run would come to, and whether it may be. */
import {
  checkEstimate,
  dollars,
  type Estimate,
  estimate,
  limits,
  type PlannedRun,
} from '../../adapters/azure/provision/cost.ts';
import { priceNames, type Prices, pricesWith } from '../../adapters/azure/provision/prices.ts';
import { counted, duration, grouped } from '../report/words.ts';
import { defaultLimitUsd, plannedRun } from './azure-defaults.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import type { Request } from './request.ts';

/** Prints the estimate in any case; throws a ProvisionError if it is beyond a limit. */
export async function costCommand(request: Request): Promise<ExitCode> {
  const { given, io } = request;
  const prices = pricesWith(given.price ?? [], Date.now());
  const run = plannedRun(request);
  const found = estimate(run, prices);
  const limitUsd = given.limitUsd ?? defaultLimitUsd;
  if (given.json === true) {
    const schema = 'whitewater.azure.cost/1';
    io.out(`${JSON.stringify({ schema, run, estimate: found, limitUsd, limits, prices })}\n`);
  } else {
    io.out(text(run, found, prices, limitUsd));
  }
  checkEstimate(found, run, limitUsd);
  return exits.ok;
}

function text(run: PlannedRun, found: Estimate, prices: Prices, limitUsd: number): string {
  const { servers, layout, mode, requestsPerSecond, heartbeatMs, durationMs } = run;
  const share = Math.round((100 * found.operations) / prices['operations-included'].value);
  const rows: readonly (readonly [string, string])[] = [
    [
      'run',
      `${counted(servers, 'server')} for ${duration(durationMs)}, ${requestsPerSecond} requests ` +
        `a second, a heartbeat each ${duration(heartbeatMs)}, ${layout}, ${mode}`,
    ],
    ['messages', grouped(found.published)],
    ['operations', `${grouped(found.operations)} (${share} % of a month's included ones)`],
    [
      'credits',
      `${grouped(found.creditsPerSecond)} a second of ${grouped(limits.creditsPerSecond)}`,
    ],
    ['connections', `${found.connections} of ${grouped(limits.connections)}`],
    ['base charge', `${dollars(found.baseUsd)} for ${run.namespaceHours} h`],
    ['operations', `${dollars(found.operationsUsd)} if none is included any more`],
    ['at most', `${dollars(found.totalUsd)}; the limit is ${dollars(limitUsd)}`],
  ];
  const lines = rows.map(([name, value]) => `  ${name.padEnd(13)}${value}`);
  return `what a live run may cost\n${lines.join('\n')}\n\n${priceText(prices)}`;
}

/** Every price with its source and date. */
function priceText(prices: Prices): string {
  const lines = priceNames.map((name) => {
    const { value, unit, source, date } = prices[name];
    return `  ${name.padEnd(24)}${value < 1 ? value : grouped(value)} ${unit}\n      ${source} (${date})`;
  });
  return `prices, each to be replaced with --price NAME=VALUE\n${lines.join('\n')}\n`;
}
