/**
 * Raw rhea, client and server, with nothing in between: what one can expect of AMQP in Node on this
 * machine, to be put beside the figures of the SDK and the broker. Each function opens a connection
 * of its own and tells messages a second.
 */
import rhea from 'rhea';
import { listening } from './ports.ts';
import { createServer } from 'node:net';

export interface RawServer {
  readonly port: number;
  close(): void;
}

export interface RawLoad {
  readonly port: number;
  readonly count: number;
  readonly body: Buffer;
}

/** Messages on their way at once; rhea's own buffers hold 2,048. */
const onTheWayMax = 1_000;
const relayAddress = 'relay';

/** Accepts what it is sent, hands it on to a receiver of `relay`, and sends without end itself. */
export async function rawServer(): Promise<RawServer> {
  const container = rhea.create_container({ id: 'raw' });
  let relay: rhea.Sender | undefined;
  container.on('sender_open', ({ sender }: rhea.EventContext) => {
    if (sender?.source.address === relayAddress) relay = sender;
    else sender?.on('sendable', () => sendAll(sender));
  });
  container.on('message', ({ message }: rhea.EventContext) => {
    if (message !== undefined) relay?.send(message);
  });
  const server = createServer({ noDelay: true }, (socket) => {
    const options = { port: 0, container_id: 'raw', receiver_options: { credit_window: 1_000 } };
    container.create_connection(options)['accept'](socket);
  });
  const port = await listening(server, 0, '127.0.0.1');
  return { port, close: () => void server.close() };
}

/** The address says how many messages of which size. */
function sendAll(sender: rhea.Sender): void {
  const [count = 0, bytes = 0] = (sender.source.address ?? '').split(' ').map(Number);
  const body = rhea.message.data_section(Buffer.alloc(bytes));
  while (sender.sendable() && sentBy(sender) < count) {
    sender.send({ message_id: sentBy(sender), body });
    sent.set(sender, sentBy(sender) + 1);
  }
}

const sent = new WeakMap<rhea.Sender, number>();
const sentBy = (sender: rhea.Sender): number => sent.get(sender) ?? 0;

/** From a sender to the server, one by one, each confirmed. */
export function rawSend({ port, count, body }: RawLoad): Promise<number> {
  return measured(port, count, (connection, done) => {
    const sender = connection.open_sender('any');
    let next = 0;
    sender.on('sendable', () => {
      while (next < count && sender.sendable()) sender.send(messageOf(next++, body));
    });
    sender.on('accepted', done);
  });
}

/** From the server to a receiver, settled as they are sent. */
export function rawReceive({ port, count, body }: RawLoad): Promise<number> {
  return measured(port, count, (connection, done) => {
    const address = `${count} ${body.length}`;
    connection.open_receiver({ source: address, snd_settle_mode: 1 }).on('message', done);
  });
}

/** From a sender through the server to a receiver. */
export function rawRelay({ port, count, body }: RawLoad): Promise<number> {
  return measured(port, count, (connection, done) => {
    const receiver = connection.open_receiver({ source: relayAddress, snd_settle_mode: 1 });
    const sender = connection.open_sender('any');
    let next = 0;
    let arrived = 0;
    const send = (): void => {
      while (next < count && next - arrived < onTheWayMax && sender.sendable()) {
        sender.send(messageOf(next++, body));
      }
    };
    sender.on('sendable', send);
    receiver.on('message', () => {
      arrived++;
      done();
      send();
    });
  });
}

function messageOf(id: number, body: Buffer): rhea.Message {
  return { message_id: id, body: rhea.message.data_section(body) };
}

/** Messages a second from the start of the work until `done` was called so often. */
function measured(
  port: number,
  count: number,
  work: (connection: rhea.Connection, done: () => void) => void,
): Promise<number> {
  return new Promise((resolve, reject) => {
    // rhea knows more options than its types.
    const options = { port, host: '127.0.0.1', reconnect: false, tcp_no_delay: true } as const;
    const connection = rhea.create_container().connect(options);
    connection.on('disconnected', () => reject(new Error('The raw connection was lost.')));
    connection.once('connection_open', () => {
      const start = performance.now();
      let finished = 0;
      work(connection, () => {
        if (++finished !== count) return;
        resolve((count / (performance.now() - start)) * 1000);
        connection.close();
      });
    });
  });
}
