/** Reads that cost no entry in the log (dissertation 6.4; raft.md 2.10). */
import type { ClientRequest, ReadIndex, ReadIndexReply } from './message.ts';
import type { Turn } from './turn.ts';

export function askLeader(_turn: Turn, _request: ClientRequest): void {
  // Written next.
}

export function read(_turn: Turn, _request: ClientRequest): void {
  // Written next.
}

export function declineRead(_turn: Turn, _request: ReadIndex): void {
  // Written next.
}

export function takeRead(_turn: Turn, _request: ReadIndex): void {
  // Written next.
}

export function noteReadIndex(_turn: Turn, _reply: ReadIndexReply): void {
  // Written next.
}
