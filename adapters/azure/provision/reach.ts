/** The way to a namespace: its name, its ports, its clock. */
import { lookup } from 'node:dns/promises';
import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { connect } from 'node:net';

const patienceMs = 5_000;

/** The first address; rejects if there is none. */
export async function resolved(host: string): Promise<string> {
  return (await lookup(host)).address;
}

/** Milliseconds until the port answered; rejects with the reason if it does not. */
export function connected(host: string, port: number, nowMs: () => number): Promise<number> {
  return new Promise((resolve, reject) => {
    const began = nowMs();
    const socket = connect({ host, port, timeout: patienceMs });
    const end = (finish: () => void): void => {
      socket.destroy();
      finish();
    };
    socket.once('connect', () => end(() => resolve(nowMs() - began)));
    socket.once('error', (error) => end(() => reject(error)));
    socket.once('timeout', () => {
      end(() => reject(new Error(`no answer within ${patienceMs / 1000} s`)));
    });
  });
}

/** How far their clock is ahead of ours, in milliseconds; they tell only whole seconds. */
export function clockOffset(
  url: string,
  nowMs: () => number,
): Promise<{ readonly offsetMs: number; readonly uncertainMs: number }> {
  return new Promise((resolve, reject) => {
    const began = nowMs();
    const ask = url.startsWith('https:') ? httpsRequest : httpRequest;
    const asking = ask(url, { method: 'HEAD', timeout: patienceMs }, (response) => {
      response.resume();
      const now = nowMs();
      const theirs = Date.parse(response.headers.date ?? '');
      if (Number.isNaN(theirs)) return reject(new Error('the answer carries no date'));
      // Cut to the second, and half of the way there and back.
      const offsetMs = theirs + 500 - (began + now) / 2;
      resolve({ offsetMs, uncertainMs: 500 + (now - began) / 2 });
    });
    asking.once('error', reject);
    asking.once('timeout', () => asking.destroy(new Error('no answer')));
    asking.end();
  });
}
