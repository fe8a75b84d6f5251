/**
 * Removes what Whitewater tagged and nothing else: a group only if all that is in it is ours, a
 * namespace in somebody else's group alone. What is refused is named with the reason.
 */
import type { Az } from './az.ts';
import * as commands from './commands.ts';
import type { AzCommand } from './commands.ts';
import { ProvisionError } from './failure.ts';
import {
  type Group,
  type Inventory,
  inventoryOf,
  type Namespace,
  resourcesIn,
} from './inventory.ts';
import { isExpired } from './naming.ts';

export interface TeardownScope {
  readonly group?: string;
  /** Its first name, or fully qualified. */
  readonly namespace?: string;
  readonly expiredOnly: boolean;
}

export interface TeardownPlan {
  readonly removals: readonly Removal[];
  readonly refusals: readonly Refused[];
}

export interface Removal {
  readonly what: string;
  readonly command: AzCommand;
}

export interface Refused {
  readonly what: string;
  readonly reason: string;
}

/** Looks, and removes nothing. Rejects with a ProvisionError if nothing was named or found. */
export async function planTeardown(
  az: Az,
  scope: TeardownScope,
  nowMs: number,
): Promise<TeardownPlan> {
  if (scope.group === undefined && scope.namespace === undefined && !scope.expiredOnly) {
    throw new ProvisionError(
      'usage',
      'what to remove was not said',
      'Name it with --resource-group or --namespace, or add --expired',
    );
  }
  const found = await inventoryOf(az);
  const isWanted = (one: Group): boolean => !scope.expiredOnly || isExpired(one.mark, nowMs);
  const planner = new Planner(az, found, isWanted);
  await planner.look(scope);
  return planner;
}

/** One after the other; rejects at the first that fails. */
export async function tearDown(
  az: Az,
  removals: readonly Removal[],
  onStep: (removal: Removal) => void,
): Promise<void> {
  for (const removal of removals) {
    onStep(removal);
    await az.ask(removal.command);
  }
}

const equal = (left: string, right: string): boolean => left.toLowerCase() === right.toLowerCase();

class Planner implements TeardownPlan {
  readonly removals: Removal[];
  readonly refusals: Refused[];
  private readonly az: Az;
  private readonly found: Inventory;
  private readonly isWanted: (one: Group) => boolean;

  constructor(az: Az, found: Inventory, isWanted: (one: Group) => boolean) {
    this.removals = [];
    this.refusals = [];
    this.az = az;
    this.found = found;
    this.isWanted = isWanted;
  }

  async look({ group, namespace, expiredOnly }: TeardownScope): Promise<void> {
    if (namespace !== undefined) return this.one(namespace, group);
    const groups = this.found.groups.filter(
      (one) => this.isWanted(one) && (group === undefined || equal(one.name, group)),
    );
    for (const one of groups) await this.group(one);
    const covered = new Set(groups.map(({ name }) => name.toLowerCase()));
    const alone = this.found.namespaces.filter(
      (one) =>
        this.isWanted(one) &&
        !covered.has(one.group.toLowerCase()) &&
        (group === undefined || equal(one.group, group)),
    );
    for (const one of alone) this.namespace(one);
    const isNothing = this.removals.length + this.refusals.length === 0;
    if (isNothing && group !== undefined && !expiredOnly) this.refuse(`resource group ${group}`);
  }

  private one(name: string, group: string | undefined): void {
    const [first = ''] = name.split('.');
    const found = this.found.namespaces.find(
      (one) => equal(one.name, first) && (group === undefined || equal(one.group, group)),
    );
    if (found === undefined) this.refuse(`namespace ${first}`);
    else if (this.isWanted(found)) this.namespace(found);
  }

  private async group({ name }: Group): Promise<void> {
    const inside = await resourcesIn(this.az, name);
    const foreign = inside.filter(({ mark }) => !mark.isOurs);
    if (foreign.length > 0) {
      const names = foreign.slice(0, 3).map((one) => `${one.name} (${one.type})`);
      const more = foreign.length > 3 ? ` and ${foreign.length - 3} more` : '';
      const reason = `it holds what is not ours: ${names.join(', ')}${more}`;
      this.refusals.push({ what: `resource group ${name}`, reason });
      return;
    }
    const living = inside.filter((one) => !this.isWanted({ ...one, location: '' }));
    if (living.length > 0) {
      const reason = `it holds what has not expired: ${living.map((one) => one.name).join(', ')}`;
      this.refusals.push({ what: `resource group ${name}`, reason });
      return;
    }
    const names = inside.map((one) => one.name).join(', ') || 'nothing';
    const what = `resource group ${name} with ${names}`;
    this.removals.push({ what, command: this.az.whole(commands.deleteGroup(name)) });
  }

  private namespace({ name, group }: Namespace): void {
    const command = this.az.whole(commands.deleteNamespace({ group, name }));
    this.removals.push({ what: `namespace ${name} in ${group}`, command });
  }

  private refuse(what: string): void {
    const reason = 'it is not there, or does not carry the tag owner=whitewater';
    this.refusals.push({ what, reason });
  }
}
