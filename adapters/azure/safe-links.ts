/**
 * Keeps a time-out of the SDK from ending the process. When a connection is made anew, its old links
 * forget the peer's address; a request or send that was waiting on one of them then times out, and
 * throws out of a timer while it puts its error's text together (rhea-promise 3.0.3). Reading the
 * address is made to say `undefined` instead.
 */
import { createRequire } from 'node:module';

/** Mends the AMQP library that the SDK itself uses; false if there is nothing to mend there. */
export function mendLinks(load: () => unknown = linksOfSdk): boolean {
  const place = addressPlace(prototypeIn(load()));
  if (place === undefined) return false;
  const property = Object.getOwnPropertyDescriptor(place, 'address');
  if (property?.get === undefined) return false;
  Object.defineProperty(place, 'address', {
    configurable: true,
    get(this: object): unknown {
      try {
        return property.get?.call(this);
      } catch {
        return undefined;
      }
    },
  });
  return true;
}

function linksOfSdk(): unknown {
  const here = createRequire(import.meta.url);
  try {
    return createRequire(here.resolve('@azure/service-bus'))('rhea-promise');
  } catch {
    return undefined;
  }
}

function prototypeIn(library: unknown): unknown {
  if (typeof library !== 'object' || library === null || !('Receiver' in library)) return undefined;
  const { Receiver } = library;
  return typeof Receiver === 'function' ? Receiver.prototype : undefined;
}

/** Senders and receivers inherit it. */
function addressPlace(prototype: unknown): object | undefined {
  let place = prototype;
  while (typeof place === 'object' && place !== null) {
    if (Object.hasOwn(place, 'address')) return place;
    place = Object.getPrototypeOf(place);
  }
  return undefined;
}
