/**
 * Who takes part, as a server's own log says it (section 6; dissertation 4.1; raft.md 2.5): the
 * newest configuration in the log is in force, committed or not.
 */
import type { Configuration, Entry, ServerId } from './entry.ts';
import type { ConfigurationAt, Node } from './node.ts';

const nobody: Configuration = { voters: [], outgoing: [], learners: [], learnersNext: [] };

/** The configuration in force at a server: the newest one in its log or snapshot. */
export function configurationOf(node: Node): Configuration {
  return node.configurations[node.configurations.length - 1]?.configuration ?? nobody;
}

/** Old and new majorities are needed at once (section 6). */
export function isJoint(configuration: Configuration): boolean {
  return configuration.outgoing.length > 0;
}

/** Does its vote count, in the new half or the old? */
export function isVoter(configuration: Configuration, id: ServerId): boolean {
  return configuration.voters.includes(id) || configuration.outgoing.includes(id);
}

/** Does it receive the log: as a voter of either half, or as a learner? */
export function isMember(configuration: Configuration, id: ServerId): boolean {
  return (
    isVoter(configuration, id) ||
    configuration.learners.includes(id) ||
    configuration.learnersNext.includes(id)
  );
}

/** Everyone else whose vote counts, each once. */
export function otherVoters(node: Node): readonly ServerId[] {
  const { voters, outgoing } = configurationOf(node);
  const others = voters.filter((voter) => voter !== node.options.id);
  for (const voter of outgoing) {
    if (voter !== node.options.id && !voters.includes(voter)) others.push(voter);
  }
  return others;
}

/** An entry came into the log: a configuration is in force from now on (dissertation 4.1). */
export function enterConfiguration(node: Node, { index, payload }: Entry): void {
  if (payload.kind !== 'configuration') return;
  node.configurations.push({ index, configuration: payload.configuration });
}

/** Entries from `from` on were removed, and with them the configurations they held. */
export function revertConfigurations({ configurations }: Node, from: number): void {
  while (configurations.length > 1 && (configurations.at(-1)?.index ?? 0) >= from) {
    configurations.pop();
  }
}

/** The configuration that was in force at `index`, and where it came from: for snapshots. */
export function configurationAt({ configurations }: Node, index: number): ConfigurationAt {
  let found = configurations[0];
  for (const known of configurations) if (known.index <= index) found = known;
  return found ?? { index: 0, configuration: nobody };
}

/** The log was compacted through `index`: what came before the one in force there may go. */
export function forgetConfigurations(node: Node, index: number): void {
  const kept = configurationAt(node, index);
  while (node.configurations[0] !== kept && node.configurations.length > 1) {
    node.configurations.shift();
  }
}

/** Starts anew: from the beginning's or a snapshot's configuration, then through the log. */
export function restoreConfigurations(node: Node, base: ConfigurationAt): void {
  node.configurations.length = 0;
  node.configurations.push(base);
  for (const entry of node.log) if (entry.index > base.index) enterConfiguration(node, entry);
}
