/** What the violating record adds to the sentence of its step, where that does not say it. */
import type { ApplyRecord, TraceRecord } from '../trace/record.ts';
import { commandText } from './clients.ts';
import { messageName } from './incidents.ts';
import type { Picture } from './picture.ts';
import type { Plot } from './plot.ts';
import { clean } from './words.ts';

/** Has this server applied the same command before, in this life? */
function isRepeated(plotted: Plot, record: ApplyRecord): boolean {
  if (record.session === null) return false;
  return plotted.records.some(
    (other) =>
      other.kind === 'apply' &&
      other.seq < record.seq &&
      other.server === record.server &&
      other.session === record.session &&
      other.serial === record.serial &&
      other.index !== record.index,
  );
}

function applied(plotted: Plot, picture: Picture, record: ApplyRecord): string {
  const proposal = picture.proposals.get(record.digest);
  const command = proposal?.command ?? null;
  const what = command === null ? '' : ` (${commandText(command)})`;
  const again = isRepeated(plotted, record) ? ' a second time' : '';
  return `${record.server} applies ${record.index}${what}${again}`;
}

/** A clause to follow the violating step's sentence; empty where the step tells it already. */
export function violationClause(plotted: Plot, picture: Picture, record: TraceRecord): string {
  switch (record.kind) {
    case 'send': {
      if (record.message.kind === 'PreVoteReply') return '';
      const from = clean(record.from, 20);
      const what = messageName(record.message).replace(`${from}'s `, 'its ');
      return `${from} sends ${what} to ${clean(record.to, 20)}`;
    }
    case 'apply':
      return applied(plotted, picture, record);
    case 'match':
      return `${record.server} believes that ${record.peer} holds up to ${record.matchIndex}`;
    default:
      return '';
  }
}
