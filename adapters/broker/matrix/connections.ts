/** What can befall whole connections, and whoever tries to make one. */
import type { Broker, BrokerConnection, Welcome } from '../broker.ts';
import type { Effects } from '../faults.ts';
import { cutAll, type FaultKind, planted, sudden, text } from './kind.ts';

const everyMs = 100;

/** The same for every connection there is. */
function each(name: string, strike: (connection: BrokerConnection) => void): FaultKind {
  return sudden(name, 'all', ({ connections }) => {
    for (const connection of connections) strike(connection);
    return connections.length;
  });
}

/** All connections are lost, and new ones are met in an unusual way. */
function unwelcome(name: string, how: Exclude<Welcome, 'service'>): FaultKind {
  return {
    name,
    concerns: 'all',
    loses: false,
    inject: async (broker) => {
      await broker.welcome(how);
      return { hits: cutAll(broker), cure: () => broker.welcome('service') };
    },
  };
}

/** Everybody needs new tokens, and this is what comes of asking for them. */
function tokens(name: string, effect: Effects['cbs'], times: number = Infinity): FaultKind {
  return planted(name, 'all', () => ({ at: 'cbs', effect, times }), cutAll);
}

/** Lasts until it is cured: what was connected meanwhile is struck too. */
function restless(name: string, strike: (broker: Broker) => number): FaultKind {
  return {
    name,
    concerns: 'all',
    loses: false,
    inject: (broker) => {
      let hits = strike(broker);
      const timer = setInterval(() => (hits += strike(broker)), everyMs);
      return Promise.resolve({
        get hits(): number {
          return hits;
        },
        cure: () => Promise.resolve(clearInterval(timer)),
      });
    },
  };
}

const busy = 'com.microsoft:server-busy';

export const connectionFaults: readonly FaultKind[] = [
  each('the socket is closed', (connection) => connection.cut('close')),
  each('the socket is reset', (connection) => connection.cut('reset')),
  each('Close, saying forced', (connection) => connection.close(text('amqp:connection:forced'))),
  each('Close without an error', (connection) => connection.close()),
  each('Close with an unusual error', (connection) => connection.close(text(busy))),
  each('End with an error', (connection) => connection.endSessions(text('amqp:internal-error'))),
  each('a torn frame', (connection) => connection.tear(3)),
  each('a slow link', (connection) => connection.slowDown({ bytes: 64, everyMs: 1 })),
  each('a silent partition', (connection) => connection.blackHole('both')),
  each('a partition towards the broker', (connection) => connection.blackHole('in')),
  each('a partition from the broker', (connection) => connection.blackHole('out')),
  each('expired tokens', (connection) => connection.expireTokens()),
  {
    name: 'a silent partition that heals',
    concerns: 'all',
    loses: false,
    inject: ({ connections }) => {
      for (const connection of connections) connection.blackHole('both');
      return Promise.resolve({
        hits: connections.length,
        cure: async () => {
          for (const connection of connections) connection.blackHole('none');
        },
      });
    },
  },
  restless('the socket is closed again and again', (broker) => cutAll(broker)),
  restless('links are detached again and again', (broker) =>
    broker.detach(undefined, text('amqp:link:detach-forced')),
  ),
  unwelcome('connections are refused', 'refusal'),
  unwelcome('connections are accepted and never answered', 'silence'),
  unwelcome('connections are answered with garbage', 'garbage'),
  tokens('tokens are refused: unauthorized', { kind: 'status', status: 401 }),
  tokens('tokens are refused: nothing is there', { kind: 'status', status: 404 }),
  tokens('tokens are refused: failed', { kind: 'status', status: 500 }),
  tokens('tokens are refused: busy', { kind: 'status', status: 503 }),
  tokens('tokens are never answered', { kind: 'drop' }),
  tokens('one token is never answered', { kind: 'drop' }, 1),
  tokens('tokens are answered late', { kind: 'delay', delayMs: 200 }),
];
