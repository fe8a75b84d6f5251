/** `whitewater azure teardown`: removes what carries our tag, after saying what that is. */
import type { Account } from '../../adapters/azure/account.ts';
import { Az, azOnPath } from '../../adapters/azure/provision/az.ts';
import { typed } from '../../adapters/azure/provision/commands.ts';
import { removeEntities } from '../../adapters/azure/provision/entities.ts';
import {
  planTeardown,
  tearDown,
  type TeardownPlan,
  type TeardownScope,
} from '../../adapters/azure/provision/teardown.ts';
import { UserError } from '../trace/user-error.ts';
import { entitiesOf, groupNamed, subscriptionOf } from './azure-defaults.ts';
import type { ExitCode } from './exit.ts';
import { exits } from './exit.ts';
import { accountGiven } from './namespace-given.ts';
import type { Request } from './request.ts';

/** With a connection string only our entities go; the namespace is whoever's it was. */
export async function teardownCommand(request: Request): Promise<ExitCode> {
  const { given, io } = request;
  if (given.connectionString !== undefined) {
    const account = accountGiven(request);
    if (account !== undefined && 'connectionString' in account) return entities(request, account);
  }
  const az = new Az(azOnPath(io.env), subscriptionOf(request).subscription);
  const plan = await planTeardown(az, scopeOf(request), Date.now());
  const isDone = given.yes === true && given.dryRun !== true;
  if (isDone) {
    await tearDown(az, plan.removals, ({ what }) => {
      if (given.quiet !== true) io.err(`removing ${what}\n`);
    });
  }
  if (given.json === true) io.out(planJson(plan, isDone));
  else io.out(planText(plan, isDone));
  if (plan.refusals.length > 0) throw refused(plan);
  if (!isDone && plan.removals.length > 0 && given.dryRun !== true) throw unconfirmed();
  return exits.ok;
}

/** The environment's group counts only where nothing else was said. */
function scopeOf(request: Request): TeardownScope {
  const { given } = request;
  const expiredOnly = given.expired === true;
  const named = given.resourceGroup;
  const group = named ?? (given.namespace === undefined ? groupNamed(request) : undefined);
  return {
    ...(group === undefined ? {} : { group }),
    ...(given.namespace === undefined ? {} : { namespace: given.namespace }),
    expiredOnly,
  };
}

function planJson({ removals, refusals }: TeardownPlan, isDone: boolean): string {
  const schema = 'whitewater.azure.teardown/1';
  const commands = removals.map(({ what, command }) => ({ what, args: command.args }));
  return `${JSON.stringify({ schema, removed: isDone, removals: commands, refusals })}\n`;
}

function planText({ removals, refusals }: TeardownPlan, isDone: boolean): string {
  if (removals.length + refusals.length === 0) return 'there is nothing to remove\n';
  const lines = [
    ...removals.flatMap(({ what, command }) =>
      isDone ? [`removed  ${what}`] : [`would remove  ${what}`, `    ${typed(command)}`],
    ),
    ...refusals.map(({ what, reason }) => `kept  ${what}: ${reason}`),
  ];
  return `${lines.join('\n')}\n`;
}

function refused({ refusals }: TeardownPlan): UserError {
  const [first] = refusals;
  const what = first === undefined ? '' : `${first.what}: ${first.reason}`;
  const remedy = 'Remove it by hand if it is to go: az group delete, or the portal';
  return new UserError(`not removed: ${what}`, { remedy });
}

function unconfirmed(): UserError {
  return new UserError('nothing was removed', { remedy: 'Add --yes to remove it' });
}

async function entities(request: Request, account: Account): Promise<ExitCode> {
  const { given, io } = request;
  const options = entitiesOf(request);
  if (given.dryRun === true || given.yes !== true) {
    const what =
      options.layout === 'queues'
        ? options.participants.map((name) => `${options.topic}-${name}`).join(', ')
        : options.topic;
    io.out(`would remove  ${what}, where it carries Whitewater's mark\n`);
    if (given.dryRun !== true) throw unconfirmed();
    return exits.ok;
  }
  const removed = await removeEntities(account, options);
  if (given.json === true) {
    const schema = 'whitewater.azure.teardown/1';
    io.out(`${JSON.stringify({ schema, removed: true, entities: removed })}\n`);
  } else {
    const lines = removed.map((path) => `removed  ${path}\n`);
    io.out(lines.length === 0 ? 'there is nothing of ours to remove\n' : lines.join(''));
  }
  return exits.ok;
}
