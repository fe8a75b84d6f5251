/** The decisions about who takes part (section 6; dissertation, chapter 4; raft.md 2.5, 2.6). */
import { configurationOf, isJoint, isVoter } from './configuration.ts';
import { termAt } from './log.ts';
import type { CatchUp, Node } from './node.ts';
import { majority } from './quorum.ts';
import type { QuorumRules } from './quorum.ts';

export interface MembershipRules extends QuorumRules {
  /**
   * May the server campaign? Only a voter of a configuration that may be in force: its newest one,
   * or while that is not known to be committed, one before. (dissertation 4.2.2; 2.17)
   */
  mayCampaign(node: Node): boolean;
  /** Is no change under way? The newest configuration is committed, not joint. (4.1; 2.5) */
  changeIsSettled(node: Node): boolean;
  /** May the term change the configuration? Once it has committed an entry. (2015 fix; 2.5) */
  mayChangeInTerm(node: Node): boolean;
  /** Has a round of catching up lasted less than an election time-out? (4.2.1; 2.5) */
  hasCaughtUp(node: Node, catchUp: CatchUp): boolean;
  /** May the joint configuration be left? Once it is committed. (section 6; 2.5) */
  mayLeaveJoint(node: Node): boolean;
  /** Does the leader step down? Once a configuration without it is committed. (4.2.2; 2.5) */
  retires(node: Node): boolean;
  /** Do configurations go with the entries that are removed? (dissertation 4.1; 2.5) */
  revertsConfigurations(node: Node): boolean;
}

/** So many heartbeats are one election time-out, by its low end. */
export function electionBeats({ options }: Node): number {
  return Math.ceil(options.electionLowMicros / options.heartbeatMicros);
}

/** The index of the newest configuration; 0 for that of the beginning. */
function newestIndex({ configurations }: Node): number {
  return configurations[configurations.length - 1]?.index ?? 0;
}

export const membershipRules: MembershipRules = {
  quorum: (_node, voters) => majority(voters),
  electorate: (configuration) => configuration,
  votesOf(voters, votes) {
    let count = 0;
    for (const voter of voters) if (votes.has(voter)) count += 1;
    return count;
  },
  countsItself: (node, voters) => voters.includes(node.options.id),
  ownMatch: (node) => node.durableIndex,

  mayCampaign(node) {
    const { configurations, commitIndex, options } = node;
    for (let at = configurations.length - 1; at >= 0; at -= 1) {
      const known = configurations[at];
      if (known === undefined) return false;
      if (isVoter(known.configuration, options.id)) return true;
      if (known.index <= commitIndex) return false;
    }
    return false;
  },
  changeIsSettled: (node) =>
    node.change === null &&
    newestIndex(node) <= node.commitIndex &&
    !isJoint(configurationOf(node)),
  mayChangeInTerm: (node) => termAt(node, node.commitIndex) === node.term,
  hasCaughtUp: (node, catchUp) => catchUp.beats < electionBeats(node),
  mayLeaveJoint: (node) => newestIndex(node) <= node.commitIndex,
  retires: (node) =>
    newestIndex(node) <= node.commitIndex && !isVoter(configurationOf(node), node.options.id),
  revertsConfigurations: () => true,
};
