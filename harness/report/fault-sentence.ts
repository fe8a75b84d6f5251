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

/** ` at its next write`, where it waits for one. */
function boundary(detail: Detail): string {
  switch (field(detail, 'boundary')) {
    case 'write':
      return ' in the middle of its next write';
    case 'durable':
      return ' just after its next write is durable';
    default:
      return '';
  }
}

interface Hit {
  /** `every AppendEntries S1 → any`, `82 of 100 messages any → S2` */
  readonly what: string;
  readonly many: boolean;
}

function hit(detail: Detail): Hit {
  const message = field(detail, 'message');
  const any = message === '' || message === 'any';
  const link = `${field(detail, 'from') || 'any'} → ${field(detail, 'to') || 'any'}`;
  const percent = field(detail, 'percent');
  if (percent === '' || percent === '100') {
    return { what: `every ${any ? 'message' : message} ${link}`, many: false };
  }
  return { what: `${percent} of 100 ${any ? 'messages' : message} ${link}`, many: true };
}

function ofServer(name: string, server: string, detail: Detail): string | null {
  const long = lasting(detail);
  switch (name) {
    case 'crash':
      return `${server} crashes${boundary(detail)}${long}`;
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
      return `what waits for ${server} is dead-lettered`;
    default:
      return null;
  }
}

function ofNetwork(name: string, detail: Detail): string | null {
  const long = lasting(detail);
  const { what, many } = hit(detail);
  const by = milli(detail, 'byMs');
  switch (name) {
    case 'drop':
      return `${what} ${many ? 'are' : 'is'} lost${long}`;
    case 'delay':
      return `${what} ${many ? 'arrive' : 'arrives'} ${by} late${long}`;
    case 'duplicate': {
      const apart = milli(detail, 'afterMs');
      return `${what} ${many ? 'are' : 'is'} sent twice, ${apart} apart,${long}`.replace(/,$/u, '');
    }
    case 'reorder':
      return `${what} ${many ? 'wait' : 'waits'} up to ${by}${long}, so that some overtake others`;
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
