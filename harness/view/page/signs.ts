/** Signs for the records that have no shape of their own: lives, disks, offices, the bus. */
import type { BusRecord, TraceRecord, WriteRecord } from '../../trace/record.ts';
import { membersText } from './members.ts';

export interface Sign {
  readonly sign: string;
  readonly text: string;
  /** `bad` is lost for good, `odd` what faults did, `office` what servers do on purpose. */
  readonly tone: 'bad' | 'odd' | 'office';
}

const busSigns: Readonly<Record<BusRecord['what'], readonly [string, string]>> = {
  settled: ['', ''],
  lockLost: ['✂', 'lock lost'],
  deadLettered: ['▣', 'dead letter'],
  throttled: ['⊘', 'throttled'],
  disconnected: ['≠', 'disconnected'],
};

function busSign({ what, to }: BusRecord): Sign | null {
  const [sign, words] = busSigns[what];
  if (sign === '') return null;
  return { sign, text: to === '' || to === '*' ? words : `${words}: ${to}`, tone: 'odd' };
}

function snapshotSign({ snapshot }: WriteRecord): Sign | null {
  if (snapshot === null) return null;
  return { sign: '▤', text: `keeps snapshot ≤ ${snapshot.index}`, tone: 'office' };
}

function lifeSign(record: TraceRecord): Sign | null {
  switch (record.kind) {
    case 'crash': {
      const writes = record.lost === 1 ? 'write' : 'writes';
      const lost = record.lost > 0 ? `, ${record.lost} unsynced ${writes} LOST` : '';
      const torn = record.torn === null ? '' : ', one write torn';
      return { sign: '✖', text: `crash${lost}${torn}`, tone: 'bad' };
    }
    case 'offline':
      return { sign: '○', text: 'off line', tone: 'odd' };
    case 'online':
      return record.incarnation > 1
        ? { sign: '↻', text: `restart T${record.term}`, tone: 'odd' }
        : null;
    default:
      return null;
  }
}

/** The sign of a record with its words, or null: it is drawn otherwise, or not at all. */
export function signOf(record: TraceRecord): Sign | null {
  switch (record.kind) {
    case 'bus':
      return busSign(record);
    case 'write':
      return snapshotSign(record);
    case 'restore':
      return { sign: '▥', text: `restores snapshot ≤ ${record.index}`, tone: 'office' };
    case 'configure':
      return record.index === 0
        ? null
        : { sign: '⚙', text: membersText(record.configuration), tone: 'office' };
    case 'serve': {
      const vouched = record.via === 'lease' ? 'lease' : `index ${record.readIndex}`;
      return { sign: '◉', text: `serves a read (${vouched})`, tone: 'office' };
    }
    default:
      return lifeSign(record);
  }
}
