/** One step, one sentence: who · did what · to whom · so what. Null: there is nothing to tell. */
import type { DeliverRecord } from '../trace/record.ts';
import { tellHistory, tellReply, tellRequest } from './clients.ts';
import type { Draft } from './draft.ts';
import { plain } from './draft.ts';
import type { Scene } from './election.ts';
import { tellTimer, tellVoteReply, tellVoteRequest } from './election.ts';
import { tellCrash, tellOffline, tellOnline, tellPause } from './lifecycle.ts';
import { tellMatter, tellOther, withNews } from './matter.ts';
import type { Plot } from './plot.ts';
import { tellAppend, tellAppendReply, tellDurable } from './replication.ts';

/** The address of requests that go to all servers. */
const everybody = '*';

/** The input whose handling sent this message. */
function inputOf(plotted: Plot, id: number): number {
  const fate = plotted.fates.get(id);
  return fate === undefined ? -1 : (plotted.stepOf(fate.send.seq)?.root.seq ?? -1);
}

function tellDeliver(plotted: Plot, scene: Scene, record: DeliverRecord): Draft | null {
  const message = plotted.fates.get(record.id)?.send.message;
  if (message === undefined) return null;
  if (message.to !== record.to && message.to !== everybody) {
    const text = `a message from ${message.from} to ${message.to} reaches ${record.to}`;
    return plain({ at: record.at, seq: record.seq, actors: [record.to], text });
  }
  switch (message.kind) {
    case 'RequestVote':
      return tellVoteRequest(scene, { record, message });
    case 'RequestVoteReply':
      return tellVoteReply(scene, { record, message, input: inputOf(plotted, record.id) });
    case 'AppendEntries':
      return tellAppend(scene, { record, message });
    case 'AppendEntriesReply':
      return tellAppendReply(scene, { record, message });
    case 'ClientRequest':
      return tellRequest(scene, { record, message });
    case 'ClientReply':
      return tellReply(scene, { record, message });
    default:
      return tellMatter(scene, { record, message });
  }
}

/** The sentence of a step, told against the cluster as it stood before. */
export function sentence(plotted: Plot, scene: Scene): Draft | null {
  return withNews(scene, sentenceOf(plotted, scene));
}

function sentenceOf(plotted: Plot, scene: Scene): Draft | null {
  const { root } = scene.step;
  switch (root.kind) {
    case 'timer':
      return tellTimer(scene, root);
    case 'deliver':
      return tellDeliver(plotted, scene, root);
    case 'durable':
      return tellDurable(scene, root);
    case 'crash':
      return tellCrash(scene, root);
    case 'online':
      return root.incarnation <= 1 ? null : tellOnline(scene, root);
    case 'offline':
      return tellOffline(root);
    case 'pause':
    case 'resume':
      return tellPause(root);
    case 'invoke':
    case 'ok':
    case 'fail':
    case 'info':
      return tellHistory(scene, root);
    default:
      return tellOther(scene, root);
  }
}
