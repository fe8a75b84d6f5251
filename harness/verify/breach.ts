/** What an exploration may find wrong, and where. */

/** Which promises are watched: those of the cluster, or those of one server towards its ports. */
export type Watch = 'cluster' | 'ports';

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

export type Breach =
  | { readonly watch: 'cluster'; readonly check: string; readonly sentence: string }
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
