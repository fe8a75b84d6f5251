/** What Azure holds that carries Whitewater's tag. */
import type { Az } from './az.ts';
import * as commands from './commands.ts';
import { type Data, dataOf, listOf, textAt } from './data.ts';
import { type Mark, markOf } from './naming.ts';

export interface Group {
  readonly name: string;
  readonly location: string;
  readonly mark: Mark;
}

export interface Namespace extends Group {
  readonly group: string;
}

export interface Inventory {
  readonly groups: readonly Group[];
  readonly namespaces: readonly Namespace[];
}

/** By the tag alone; rejects with a ProvisionError if nobody may look. */
export async function inventoryOf(az: Az): Promise<Inventory> {
  const groups = listOf(await az.ask(commands.ourGroups())).map(groupOf);
  const namespaces = listOf(await az.ask(commands.ourResources()))
    .filter(isNamespace)
    .map((data) => ({ ...groupOf(data), group: textAt(data, 'resourceGroup') }));
  return {
    groups: groups.filter(({ mark }) => mark.isOurs),
    namespaces: namespaces.filter(({ mark }) => mark.isOurs),
  };
}

export interface Resource {
  readonly name: string;
  readonly type: string;
  readonly mark: Mark;
}

export async function resourcesIn(az: Az, group: string): Promise<readonly Resource[]> {
  return listOf(await az.ask(commands.resourcesIn(group))).map((data) => ({
    name: textAt(data, 'name'),
    type: textAt(data, 'type'),
    mark: markOf(data['tags']),
  }));
}

function groupOf(data: Data): Group {
  const { tags } = data;
  return {
    name: textAt(data, 'name'),
    location: textAt(data, 'location'),
    mark: markOf(dataOf(tags)),
  };
}

function isNamespace(data: Data): boolean {
  return textAt(data, 'type').toLowerCase() === 'microsoft.servicebus/namespaces';
}
