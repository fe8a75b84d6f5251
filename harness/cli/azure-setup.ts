/**
 * `whitewater azure setup`: a namespace with its entities. A connection string leads to one that is
 * there already, as an emulator's does: then only the entities are made.
 */
import type { Account } from '../../adapters/azure/account.ts';
import { endpointOf } from '../../adapters/azure/account.ts';
import { azOnPath } from '../../adapters/azure/provision/az.ts';
import { typed } from '../../adapters/azure/provision/commands.ts';
import { dollars } from '../../adapters/azure/provision/cost.ts';
import {
  type EntityOptions,
  makeEntities,
  misshapen,
} from '../../adapters/azure/provision/entities.ts';
import { ProvisionError } from '../../adapters/azure/provision/failure.ts';
import { instant } from '../../adapters/azure/provision/naming.ts';
import { type Prices, pricesWith } from '../../adapters/azure/provision/prices.ts';
import {
  checkSetup,
  plannedCommands,
  setUp,
  type SetupOptions,
  type SetupReport,
} from '../../adapters/azure/provision/setup.ts';
import { templatePath } from '../../adapters/azure/provision/template.ts';
import { duration } from '../report/words.ts';
import {
  defaultLimitUsd,
  entitiesOf,
  groupOf,
  lifetimeMsOf,
  locationOf,
  subscriptionOf,
} from './azure-defaults.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { accountGiven } from './namespace-given.ts';
import type { Request } from './request.ts';

export async function setupCommand(request: Request): Promise<ExitCode> {
  const account = accountGiven(request);
  if (account !== undefined && 'connectionString' in account) {
    return entitiesOnly(request, account);
  }
  const options = optionsOf(request);
  checkSetup(options);
  const baseUsd = affordable(request, options);
  if (request.given.dryRun === true) return dryRun(request, options, baseUsd);
  const { io, given } = request;
  const report = await setUp(options, {
    run: azOnPath(io.env),
    accountFor: (namespace) => ({ namespace }),
    nowMs: () => Date.now(),
    wait: (ms) =>
      new Promise((resolve) => {
        setTimeout(resolve, ms);
      }),
    onStep: (text) => {
      if (given.quiet !== true) io.err(`${text}\n`);
    },
  });
  io.out(given.json === true ? reportJson(report) : reportText(report, options));
  return exits.ok;
}

function optionsOf(request: Request): SetupOptions {
  const { given } = request;
  const named = given.namespace?.split('.')[0];
  const { principalId: id, principalType: type = 'User' } = given;
  const nobody = given.role === false ? 'nobody' : 'caller';
  return {
    ...subscriptionOf(request),
    ...entitiesOf(request),
    ...(named === undefined ? {} : { namespace: named }),
    group: groupOf(request),
    location: locationOf(request),
    lifetimeMs: lifetimeMsOf(request),
    localAuth: given.localAuth === true,
    owner: id === undefined ? nobody : { id, type },
    template: templatePath(),
  };
}

/** What the namespace costs while it stays; throws a ProvisionError beyond the limit. */
function affordable({ given }: Request, { lifetimeMs }: SetupOptions): number {
  const prices: Prices = pricesWith(given.price ?? [], Date.now());
  const usd = (lifetimeMs / 3_600_000) * prices['base-per-hour'].value;
  const limit = given.limitUsd ?? defaultLimitUsd;
  if (usd <= limit) return usd;
  throw new ProvisionError(
    'usage',
    `the namespace costs ${dollars(usd)} until it expires, more than the limit of ${dollars(limit)}`,
    'Let it expire sooner with --expires, or raise --limit-usd',
  );
}

function dryRun({ given, io }: Request, options: SetupOptions, baseUsd: number): ExitCode {
  const planned = plannedCommands(options, Date.now());
  const { topic, layout, participants } = options;
  if (given.json === true) {
    const schema = 'whitewater.azure.setup/1';
    const entities = { topic, layout, participants };
    io.out(`${JSON.stringify({ schema, dryRun: true, commands: planned, entities, baseUsd })}\n`);
    return exits.ok;
  }
  const lines = planned.flatMap((command) => {
    const onlyIf = command.onlyIf === undefined ? '' : `; only if ${command.onlyIf}`;
    return [`# ${command.does}${onlyIf}`, typed(command)];
  });
  io.out(
    `${lines.join('\n')}\n# by the SDK, once the role counts:\n${entityText(options)}` +
      `# the base charge until it expires: ${dollars(baseUsd)}\n# nothing was run\n`,
  );
  return exits.ok;
}

function entityText({ topic, layout, participants }: EntityOptions): string {
  const names = participants.join(', ');
  switch (layout) {
    case 'queues':
      return `# queues ${participants.map((name) => `${topic}-${name}`).join(', ')}\n`;
    case 'plainTopic':
      return `# topic ${topic}, subscriptions ${names}, which get everything\n`;
    case 'filteredTopic':
      return `# topic ${topic}, subscriptions ${names}, which get what is for them or for *\n`;
    default:
      return layout satisfies never;
  }
}

async function entitiesOnly(request: Request, account: Account): Promise<ExitCode> {
  const { given, io } = request;
  const options = entitiesOf(request);
  const { host, port } = checked(account);
  if (given.dryRun === true) {
    io.out(`# by the SDK, at ${host}:${port}:\n${entityText(options)}# nothing was run\n`);
    return exits.ok;
  }
  const { made, found } = await makeEntities(account, options);
  if (given.json === true) {
    const schema = 'whitewater.azure.setup/1';
    io.out(`${JSON.stringify({ schema, dryRun: false, made, found })}\n`);
  } else {
    const lines = [
      ...made.map((path) => `made   ${path}`),
      ...found.map((path) => `found  ${path}`),
    ];
    io.out(`${lines.join('\n')}\n`);
  }
  return exits.ok;
}

/** Throws a ProvisionError, without the secret, if the account makes no sense. */
function checked(account: Account): ReturnType<typeof endpointOf> {
  try {
    return endpointOf(account);
  } catch (cause) {
    throw misshapen(cause);
  }
}

function reportJson({ expiresAtMs, ...report }: SetupReport): string {
  const schema = 'whitewater.azure.setup/1';
  const expires = instant(expiresAtMs);
  return `${JSON.stringify({ schema, dryRun: false, ...report, expires })}\n`;
}

function reportText(report: SetupReport, { lifetimeMs, localAuth }: SetupOptions): string {
  const { namespace, group, expiresAtMs, made, found } = report;
  const [name = ''] = namespace.split('.');
  const keys = localAuth
    ? '\nwith a key, kept out of sight\n' +
      '  export WHITEWATER_CONNECTION_STRING="$(az servicebus namespace authorization-rule keys \\\n' +
      `    list --resource-group ${group} --namespace-name ${name} \\\n` +
      '    --name RootManageSharedAccessKey --query primaryConnectionString --output tsv)"\n'
    : '';
  return (
    `${namespace} is ready: ${made.length} entities made, ${found.length} found\n` +
    `  expires    ${instant(expiresAtMs)}, in ${duration(lifetimeMs)}\n` +
    `  use it     export WHITEWATER_NAMESPACE=${namespace}\n` +
    `  remove it  whitewater azure teardown --resource-group ${group} --yes\n${keys}`
  );
}
