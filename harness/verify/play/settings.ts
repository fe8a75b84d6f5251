/** The top of a play: who is on stage, how servers are set, what their disks hold. */
import type { Entry, ServerId } from '../../raft/entry.ts';
import { makeEntry } from '../../raft/log.ts';
import { plainOptions } from '../../raft/node.ts';
import type { NodeOptions } from '../../raft/node.ts';
import type { Stored, Subject } from '../../raft/step.ts';
import { BadPlay } from './bad-play.ts';
import type { Setting } from './troupe.ts';

export interface Settings {
  servers: readonly ServerId[];
  learners: readonly ServerId[];
  spares: readonly ServerId[];
  slowDisks: boolean;
  options: Partial<NodeOptions>;
  readonly disks: Map<ServerId, Stored>;
}

export function newSettings(): Settings {
  return {
    servers: [],
    learners: [],
    spares: [],
    slowDisks: false,
    options: {},
    disks: new Map(),
  };
}

/** Words of the setting `with`, and what they switch on. */
const switches: Readonly<Record<string, Partial<NodeOptions>>> = {
  'pre-vote': { preVote: true },
  'check-quorum': { checkQuorum: true },
  leases: { checkQuorum: true, leaseMicros: plainOptions.electionLowMicros * 0.9 },
};

/** Those that need a number: `snapshot-every 3`. */
const numbers: Readonly<Record<string, (value: number) => Partial<NodeOptions>>> = {
  'snapshot-every': (snapshotEvery) => ({ snapshotEvery }),
  'snapshot-keep': (snapshotKeep) => ({ snapshotKeep }),
  'piece-bytes': (snapshotChunkBytes) => ({ snapshotChunkBytes }),
  window: (inflightMax) => ({ inflightMax }),
  batch: (entriesPerAppendMax) => ({ entriesPerAppendMax }),
  backlog: (uncommittedMax) => ({ uncommittedMax }),
  sessions: (sessionsMax) => ({ sessionsMax }),
};

/** Takes note of one line at the top. Throws `BadPlay`. */
export function noteSetting(settings: Settings, line: string, at: number): void {
  const [word = '', ...rest] = line.split(/\s+/u);
  switch (word) {
    case 'cluster':
      settings.servers = rest;
      return;
    case 'learners':
      settings.learners = rest;
      return;
    case 'spares':
      settings.spares = rest;
      return;
    case 'with':
      settings.options = { ...settings.options, ...option(rest, at) };
      return;
    case 'disks':
      if (rest.join(' ') !== 'slow') throw new BadPlay('disks can only be slow', at);
      settings.slowDisks = true;
      return;
    case 'stored':
      noteDisk(settings, rest, at);
      return;
    default:
      throw new BadPlay(`"${line}" is neither a command (> …) nor a setting`, at);
  }
}

function option([word = '', value]: readonly string[], at: number): Partial<NodeOptions> {
  const simple = switches[word];
  if (simple !== undefined && value === undefined) return simple;
  const counted = numbers[word];
  if (counted === undefined || value === undefined || !/^\d+$/u.test(value)) {
    const known = [...Object.keys(switches), ...Object.keys(numbers).map((name) => `${name} N`)];
    throw new BadPlay(`with wants one of ${known.join(', ')}`, at);
  }
  return counted(Number(value));
}

/** `stored S1 term 3 vote S2 log 1 1 2`: entries by their terms, equal ones the same everywhere. */
function noteDisk(settings: Settings, [server = '', ...rest]: readonly string[], at: number): void {
  const read = /^term (\d+)(?: vote (\S+))?(?: log((?: \d+)*))?$/u.exec(rest.join(' '));
  if (read === null) throw new BadPlay('stored wants SERVER term N [vote SERVER] [log TERMS]', at);
  const [, term, votedFor = null, log = ''] = read;
  settings.disks.set(server, {
    term: Number(term),
    votedFor,
    snapshot: null,
    entries: textbookLog(log.trim()),
  });
}

function textbookLog(log: string): readonly Entry[] {
  const terms = log === '' ? [] : log.split(' ').map(Number);
  return terms.map((term, at) => makeEntry({ index: at + 1, term }, { kind: 'noop' }));
}

/** The settings as a whole. Throws `BadPlay` when nobody is on stage. */
export function settingOf(settings: Settings, at: number, subject?: Subject): Setting {
  if (settings.servers.length === 0) throw new BadPlay('cluster S1 S2 S3 must stand first', at);
  return { ...settings, ...(subject === undefined ? {} : { subject }) };
}
