/**
 * Changes of the configuration, pure (section 6; dissertation 4.1, 4.3; raft.md 2.5, 4.2): what
 * comes of a configuration and some changes, or why that must not be. The order of servers is kept
 * and newcomers go last, so that all servers share one order.
 */
import { isJoint } from './configuration.ts';
import type { Configuration, ServerId } from './entry.ts';
import type { Change } from './message.ts';

export type Changed =
  | { readonly kind: 'changed'; readonly configuration: Configuration }
  | { readonly kind: 'refused'; readonly reason: string };

/** At most one voter comes or goes; old and new majorities always meet (dissertation 4.1). */
export function simple(configuration: Configuration, changes: readonly Change[]): Changed {
  if (isJoint(configuration)) return refused("can't apply simple config change in joint config");
  const next = changed(configuration, changes);
  if (next.voters.length === 0) return refused('removed all voters');
  if (difference(configuration.voters, next.voters) > 1) {
    return refused('more than one voter changed without entering joint config');
  }
  return { kind: 'changed', configuration: next };
}

/** Any change: until it is left, majorities of old and new voters are needed (section 6). */
export function enterJoint(configuration: Configuration, changes: readonly Change[]): Changed {
  if (isJoint(configuration)) return refused('config is already joint');
  const { voters } = configuration;
  if (voters.length === 0) return refused("can't make a zero-voter config joint");
  const next = changed({ ...configuration, outgoing: voters }, changes);
  if (next.voters.length === 0) return refused('removed all voters');
  return { kind: 'changed', configuration: next };
}

/** The new half alone stays; the voters that were to become learners do so (raft.md 2.6). */
export function leaveJoint(configuration: Configuration): Changed {
  if (!isJoint(configuration)) return refused("can't leave a non-joint config");
  const { voters, learners, learnersNext } = configuration;
  const left = { voters, outgoing: [], learners: learners.concat(learnersNext), learnersNext: [] };
  return { kind: 'changed', configuration: left };
}

/** Do both name the same servers in the same parts? */
export function sameConfiguration(one: Configuration, other: Configuration): boolean {
  return (
    difference(one.voters, other.voters) === 0 &&
    difference(one.outgoing, other.outgoing) === 0 &&
    difference(one.learners, other.learners) === 0 &&
    difference(one.learnersNext, other.learnersNext) === 0
  );
}

function refused(reason: string): Changed {
  return { kind: 'refused', reason };
}

function changed(configuration: Configuration, changes: readonly Change[]): Configuration {
  let next = configuration;
  for (const change of changes) next = changedBy(next, change);
  return next;
}

/** One change after the other; one that asks for what is so already changes nothing. */
function changedBy(from: Configuration, { kind, server }: Change): Configuration {
  const { voters, outgoing, learners, learnersNext } = from;
  switch (kind) {
    case 'addVoter':
      return {
        voters: including(voters, server),
        outgoing,
        learners: without(learners, server),
        learnersNext: without(learnersNext, server),
      };
    case 'addLearner': {
      // A voter of the old half counts until the joint configuration is left.
      const stillVotes = outgoing.includes(server);
      return {
        voters: without(voters, server),
        outgoing,
        learners: stillVotes ? learners : including(learners, server),
        learnersNext: stillVotes ? including(learnersNext, server) : learnersNext,
      };
    }
    case 'remove':
      return {
        voters: without(voters, server),
        outgoing,
        learners: without(learners, server),
        learnersNext: without(learnersNext, server),
      };
  }
}

function including(servers: readonly ServerId[], server: ServerId): readonly ServerId[] {
  return servers.includes(server) ? servers : [...servers, server];
}

function without(servers: readonly ServerId[], server: ServerId): readonly ServerId[] {
  return servers.includes(server) ? servers.filter((known) => known !== server) : servers;
}

/** So many servers are in one list and not in the other. */
function difference(one: readonly ServerId[], other: readonly ServerId[]): number {
  const only = (here: readonly ServerId[], there: readonly ServerId[]): number =>
    here.filter((server) => !there.includes(server)).length;
  return only(one, other) + only(other, one);
}
