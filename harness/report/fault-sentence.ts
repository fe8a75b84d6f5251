/** A fault as a sentence: who or what suffers which change, and for how long. */
import type { Json } from '../trace/record.ts';
import { detailOf, faultName, field } from './azure.ts';
import { clean, counted, duration } from './words.ts';

type Detail = ReturnType<typeof detailOf>;

function milli(detail: Detail, name: string): string {
  return duration(Number(field(detail, name)));
}

/** ` for 300 ms`, where the fault lasts. */
function lasting(detail: Detail): string {
  return field(detail, 'forMs') === '' ? '' : ` for ${milli(detail, 'forMs')}`;
}

/** `every AppendEntries S1 → any`, `82 of 100 messages any → S2` */
function hit(detail: Detail): string {
  const message = field(detail, 'message');
  const what = message === '' || message === 'any' ? 'message' : message;
  const percent = field(detail, 'percent');
  const plural = what === 'message' ? 'messages' : what;
  const share =
    percent === '' || percent === '100' ? `every ${what}` : `${percent} of 100 ${plural}`;
  return `${share} ${field(detail, 'from') || 'any'} → ${field(detail, 'to') || 'any'}`;
}

function ofServer(name: string, server: string, detail: Detail): string | null {
  const long = lasting(detail);
  switch (name) {
    case 'crash':
      return `${server} crashes${long}`;
    case 'offline':
      return `${server} goes off line${long}`;
    case 'pause':
      return `${server} stands still${long}`;
    case 'clockSkew': {
      const perMille = Number(field(detail, 'perMille'));
      const way = perMille < 0 ? 'slow' : 'fast';
      return `${server}'s clock runs ${clean(String(Math.abs(perMille)), 12)} per mille ${way}${long}`;
    }
    case 'clockJump':
      return `${server}'s clock jumps ahead by ${milli(detail, 'byMs')}`;
    case 'slowDisk':
      return `${server}'s disk takes ${milli(detail, 'byMs')} longer for each fsync${long}`;
    case 'lockExpiry':
      return `${server}'s peek-locks expire`;
    case 'redeliver':
      return `${server} is given ${counted(Number(field(detail, 'count')), 'message')} again`;
    case 'slowSubscription':
      return `${server}'s subscription delivers ${milli(detail, 'byMs')} late${long}`;
    case 'deadLetter':
      return `a message for ${server} is dead-lettered`;
    default:
      return null;
  }
}

function ofNetwork(name: string, detail: Detail): string | null {
  const long = lasting(detail);
  switch (name) {
    case 'drop':
      return `${hit(detail)} is lost${long}`;
    case 'delay':
      return `${hit(detail)} arrives ${milli(detail, 'byMs')} late${long}`;
    case 'duplicate':
      return `${hit(detail)} is sent twice, ${milli(detail, 'afterMs')} apart${long}`;
    case 'reorder':
      return `${hit(detail)} waits up to ${milli(detail, 'byMs')}, so that some overtake others${long}`;
    case 'throttle':
      return `the namespace throttles${long}`;
    case 'brokerRestart':
      return 'the broker restarts';
    default:
      return null;
  }
}

/** `S5's clock jumps ahead by 130 ms`; for kinds of the future their name. */
export function faultSentence(
  fault: { readonly name: string; readonly detail: Json },
  servers: readonly string[],
): string {
  const detail = detailOf(fault.detail);
  const server = field(detail, 'server');
  const name = faultName(fault, servers);
  if (fault.name === 'partition') return `the network splits${lasting(detail)}: ${name}`;
  return ofServer(fault.name, server, detail) ?? ofNetwork(fault.name, detail) ?? name;
}
