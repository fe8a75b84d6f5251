/** Which kind of link an attach asks for. */
import type { Attach, WireError } from './amqp/performatives.ts';
import { type Address, parseAddress } from './address.ts';
import { cbsNode, serveCbs } from './cbs.ts';
import type { LinkPort, SessionPort } from './contracts.ts';
import { Intake } from './intake.ts';
import { serveManagement } from './management.ts';
import { Outlet } from './outlet.ts';
import { RefusedLink } from './refused-link.ts';
import { ReplyLink, RequestLink } from './requests.ts';

export function openLink(session: SessionPort, attach: Attach): LinkPort {
  if (attach.target?.isCoordinator === true)
    return new RefusedLink(session, attach, noTransactions);
  const terminus = attach.receives ? attach.source : attach.target;
  const address = parseAddress(terminus?.address ?? '');
  const node = nodeOf(address);
  if (node !== undefined && attach.receives) return new ReplyLink(session, attach, node);
  switch (address.kind) {
    case 'cbs':
      return new RequestLink(session, attach, {
        node: cbsNode,
        serve: serveCbs(session.connection),
      });
    case 'management':
      return new RequestLink(session, attach, {
        node: nodeOf(address) ?? '',
        serve: serveManagement(session.connection, address.path),
      });
    case 'entity':
      if (address.path === '') return new RefusedLink(session, attach, noAddress);
      return attach.receives
        ? new Outlet(session, attach, address.path)
        : new Intake(session, attach, address.path);
    default:
      return address satisfies never;
  }
}

const noTransactions: WireError = {
  condition: 'amqp:not-implemented',
  description: 'This broker has no transactions. Send and settle without one.',
};
const noAddress: WireError = {
  condition: 'amqp:invalid-field',
  description: 'A link needs the address of a queue, a topic or a subscription.',
};

/** Requests and replies meet under this name. */
function nodeOf(address: Address): string | undefined {
  if (address.kind === 'cbs') return cbsNode;
  return address.kind === 'management' ? `${address.path.toLowerCase()}/$management` : undefined;
}
