/**
 * Who takes part, as a server's own log says it (section 6; dissertation 4.1; raft.md 2.5): the
 * newest configuration in the log is in force, committed or not.
 */
import type { Configuration, ServerId } from './entry.ts';
import type { Node } from './node.ts';

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
