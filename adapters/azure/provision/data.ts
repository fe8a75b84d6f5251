/** Looking into what the Azure CLI answered, without believing it. */

export type Data = Readonly<Record<string, unknown>>;

export function dataOf(value: unknown): Data {
  return isData(value) ? value : {};
}

export function listOf(value: unknown): readonly Data[] {
  return Array.isArray(value) ? value.filter(isData) : [];
}

/** Empty if it is no text. */
export function textAt(data: Data, ...path: readonly string[]): string {
  let value: unknown = data;
  for (const name of path) value = dataOf(value)[name];
  return typeof value === 'string' ? value : '';
}

function isData(value: unknown): value is Data {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
