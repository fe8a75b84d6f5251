/** What travels through the two queues of a distributed campaign: compressed JSON. */
import { gunzipSync, gzipSync } from 'node:zlib';
import type { ChunkResult, ChunkTask } from '../search/chunk.ts';
import { UserError } from '../trace/user-error.ts';
import { version } from '../trace/version.ts';
import type { CampaignJob } from './job.ts';

const schema = 'whitewater.chunk/2';
/** A message of the Standard tier has 256 KiB, its properties included. */
const bytesMax = 240_000;
const unpackedMax = 64_000_000;

export interface TaskMessage {
  readonly kind: 'task';
  readonly whitewater: string;
  readonly commit: string | null;
  readonly job: CampaignJob;
  readonly task: ChunkTask;
}

export type ResultMessage =
  | { readonly kind: 'result'; readonly result: ChunkResult }
  /** Too large to travel: whoever conducts does the chunk again. */
  | { readonly kind: 'large'; readonly chunk: number }
  /** It broke the harness. */
  | { readonly kind: 'broke'; readonly chunk: number; readonly text: string };

function packed(message: TaskMessage | ResultMessage): Buffer {
  return gzipSync(JSON.stringify({ schema, ...message }));
}

export function taskBody(job: CampaignJob, task: ChunkTask, commit: string | null): Buffer {
  return packed({ kind: 'task', whitewater: version, commit, job, task });
}

export function resultBody(result: ChunkResult): Buffer {
  const body = packed({ kind: 'result', result });
  return body.length <= bytesMax ? body : packed({ kind: 'large', chunk: result.chunk });
}

/** For a chunk that cannot be done. */
export function brokeBody(chunk: number, text: string): Buffer {
  return packed({ kind: 'broke', chunk, text });
}

function unpacked(body: Buffer): Readonly<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(gunzipSync(body, { maxOutputLength: unpackedMax }).toString('utf8'));
  } catch (cause) {
    throw new UserError('a message in the queue is no chunk of a campaign', {
      remedy: 'Let campaigns have queues of their own: another --queue',
      cause,
    });
  }
  if (typeof value === 'object' && value !== null && 'schema' in value && value.schema === schema) {
    return { ...value };
  }
  throw new UserError('a message in the queue is no chunk of a campaign', {
    remedy: 'Let campaigns have queues of their own: another --queue',
  });
}

function isTask(value: unknown): value is TaskMessage {
  if (typeof value !== 'object' || value === null) return false;
  return 'kind' in value && value.kind === 'task' && 'job' in value && 'task' in value;
}

function isResult(value: unknown): value is ResultMessage {
  if (typeof value !== 'object' || value === null || !('kind' in value)) return false;
  return value.kind === 'result' || value.kind === 'large' || value.kind === 'broke';
}

/** The task in a message. Throws a `UserError` for anything else, and for another version's. */
export function taskIn(body: Buffer, commit: string | null): TaskMessage {
  const value: unknown = unpacked(body);
  if (!isTask(value)) throw new UserError('a message in the queue is no task');
  const theirs = `${value.whitewater}, commit ${value.commit ?? 'unknown'}`;
  const ours = `${version}, commit ${commit ?? 'unknown'}`;
  if (theirs === ours) return value;
  throw new UserError(`the campaign is of whitewater ${theirs}, and this worker of ${ours}`, {
    remedy: 'Chunks of one commit add up: check out the other one here',
  });
}

export function resultIn(body: Buffer): ResultMessage {
  const value: unknown = unpacked(body);
  if (!isResult(value)) throw new UserError('a message in the queue is no result');
  return value;
}
