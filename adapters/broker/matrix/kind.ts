/** A kind of accident that a broker can have: caused at will, ended at will, counted. */
import type { Broker, FaultText } from '../broker.ts';
import type { FaultAt, Place } from '../faults.ts';

/** The entities of the victim: where it publishes, and where it receives. */
export interface Targets {
  readonly sendTo: string;
  readonly receiveFrom: string;
}

/** An accident that is happening. */
export interface Inflicted {
  /** How often it has struck so far. */
  readonly hits: number;
  /** Ends it; what it has broken stays broken. */
  cure(): Promise<void>;
}

/** What of a client's doings it strikes: who does not do that is not concerned. */
export type Concern =
  'sending' | 'receiving' | 'settling' | 'draining' | 'peeking' | 'administering' | 'all';

export interface FaultKind {
  readonly name: string;
  readonly concerns: Concern;
  /** Messages that were confirmed may be gone: those that any bus loses in such an accident. */
  readonly loses: boolean;
  inject(broker: Broker, targets: Targets): Promise<Inflicted>;
}

export const text = (condition: string): FaultText => ({
  condition,
  description: 'An injected fault.',
});

/** Done once, and over: `act` tells how many were struck. */
export function sudden(
  name: string,
  concerns: Concern,
  act: (broker: Broker, targets: Targets) => number,
): FaultKind {
  return {
    name,
    concerns,
    loses: false,
    inject: (broker, targets) => {
      const hits = act(broker, targets);
      return Promise.resolve({ hits, cure: () => Promise.resolve() });
    },
  };
}

/** Planted until it is cured, or until it has struck as often as it may. */
export function planted<At extends Place>(
  name: string,
  concerns: Concern,
  fault: (targets: Targets) => FaultAt<At>,
  provoke: (broker: Broker, targets: Targets) => unknown = () => {},
): FaultKind {
  return {
    name,
    concerns,
    loses: false,
    inject: (broker, targets) => {
      const entry = broker.plant(fault(targets));
      provoke(broker, targets);
      return Promise.resolve({
        get hits(): number {
          return entry.hits;
        },
        cure: () => Promise.resolve(entry.remove()),
      });
    },
  };
}

export function losing(kind: FaultKind): FaultKind {
  return { ...kind, loses: true };
}

/** Everybody has to connect anew, with new tokens and links. */
export function cutAll({ connections }: Broker): number {
  for (const connection of connections) connection.cut();
  return connections.length;
}
