/** For the page of faults: the fields of each kind, as the schema of scenarios has them. */
import { scenarioShape } from './scenario-schema.ts';

/** Ranges and words as JSON Schema has them. */
export interface FaultField {
  readonly minimum?: number;
  readonly maximum?: number;
  readonly enum?: readonly string[];
  readonly type?: string;
}

function inside(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

function number(value: unknown): { readonly value?: number } {
  return typeof value === 'number' ? { value } : {};
}

function fieldOf(found: unknown): FaultField {
  const { value: minimum } = number(inside(found, 'minimum'));
  const { value: maximum } = number(inside(found, 'maximum'));
  const words = inside(found, 'enum');
  const type = inside(found, 'type');
  return {
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
    ...(Array.isArray(words) ? { enum: words.map(String) } : {}),
    ...(typeof type === 'string' ? { type } : {}),
  };
}

/** Fields of every kind as the schema has them. */
export function faultFields(): ReadonlyMap<string, ReadonlyMap<string, FaultField>> {
  const whole: unknown = scenarioShape.toJSONSchema();
  const faults = inside(inside(whole, 'properties'), 'faults');
  const kinds = inside(inside(faults, 'items'), 'oneOf');
  if (!Array.isArray(kinds)) throw new Error('the schema has no kinds of fault');
  return new Map(
    kinds.map((kind: unknown) => {
      const properties = inside(kind, 'properties');
      const named = Object.entries(properties ?? {}).filter(([name]) => name !== 'kind');
      const fields = named.map(([name, found]) => [name, fieldOf(found)] as const);
      return [String(inside(inside(properties, 'kind'), 'const')), new Map(fields)] as const;
    }),
  );
}
