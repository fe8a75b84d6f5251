/** Which kind of link an attach asks for. */
import type { Attach } from './amqp/performatives.ts';
import { AmqpError } from './amqp/values.ts';
import { type Address, parseAddress } from './address.ts';
import { cbsNode, serveCbs } from './cbs.ts';
import type { LinkPort, SessionPort } from './contracts.ts';
import { Intake } from './intake.ts';
import { serveManagement } from './management.ts';
import { Outlet } from './outlet.ts';
import { ReplyLink, RequestLink } from './requests.ts';

export function openLink(session: SessionPort, attach: Attach): LinkPort {
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
      if (address.path === '') {
        throw new AmqpError('amqp:invalid-field', 'A link was attached without an address.');
      }
      return attach.receives
        ? new Outlet(session, attach, address.path)
        : new Intake(session, attach, address.path);
    default:
      return address satisfies never;
  }
}

/** Requests and replies meet under this name. */
function nodeOf(address: Address): string | undefined {
  if (address.kind === 'cbs') return cbsNode;
  return address.kind === 'management' ? `${address.path.toLowerCase()}/$management` : undefined;
}
