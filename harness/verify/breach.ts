/** What an exploration may find wrong, and where. */

export type PortName =
  | 'control'
  | 'electionTimer'
  | 'heartbeatTimer'
  | 'storage'
  | 'configuration'
  | 'outgoing'
  | 'incoming'
  | 'rules';

export type PortCheck = 'deterministic' | 'illegal' | 'deadlock' | 'livelock' | 'compliance';

/**
 * What is watched: the promises of the cluster, that it recovers when all is kind, or the promises
 * of one server towards its ports.
 */
export type Breach =
  | {
      readonly watch: 'cluster' | 'recovery';
      readonly check: string;
      readonly sentence: string;
    }
  | {
      readonly watch: 'ports';
      readonly check: PortCheck;
      readonly port: PortName;
      readonly sentence: string;
    };

/** A breach of what the cluster promises: `check` is the judge's name. */
export function broken(check: string, sentence: string): Breach {
  return { watch: 'cluster', check, sentence };
}

/** A breach of a port's protocol. */
export function trespass(check: PortCheck, port: PortName, sentence: string): Breach {
  return { watch: 'ports', check, port, sentence };
}
