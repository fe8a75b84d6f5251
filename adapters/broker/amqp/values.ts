/** AMQP values as the broker sees them, and the error that everything on the wire may end in. */

/** Sixteen bytes in the order of RFC 4122. */
export class Uuid {
  readonly bytes: Buffer;

  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
}

/** A value with a descriptor: performatives, sections, outcomes, filters. */
export class Described {
  readonly descriptor: AmqpValue;
  readonly value: AmqpValue;

  constructor(descriptor: AmqpValue, value: AmqpValue) {
    this.descriptor = descriptor;
    this.value = value;
  }
}

/** Integers beyond 2^53 are bigints, binaries buffers, timestamps dates; symbols are strings. */
export type AmqpValue =
  null | boolean | number | bigint | string | Buffer | Date | Uuid | Described | AmqpList | AmqpMap;
export type AmqpList = readonly AmqpValue[];
export type AmqpMap = ReadonlyMap<AmqpValue, AmqpValue>;

/** What a peer did wrong, or what is wrong here, as AMQP says it. */
export class AmqpError extends Error {
  readonly condition: string;

  constructor(condition: string, description: string) {
    super(description);
    this.condition = condition;
  }
}

export function isMap(value: AmqpValue | undefined): value is AmqpMap {
  return value instanceof Map;
}

export function isList(value: AmqpValue | undefined): value is AmqpList {
  return Array.isArray(value);
}

export function numberOf(value: AmqpValue | undefined): number | undefined {
  if (typeof value === 'bigint') return Number(value);
  return typeof value === 'number' ? value : undefined;
}

export function stringOf(value: AmqpValue | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
