/** Every form that a trace can be exported to, by name. */
import type { TraceRecord } from '../../trace/record.ts';
import { csvLines } from './csv.ts';
import { ednLines } from './edn.ts';
import { etcdLines } from './etcd-raft.ts';
import type { ExportFormat } from './formats.ts';
import { operationLines } from './operations.ts';
import { otlpLines } from './otlp.ts';
import { perfettoLines } from './perfetto.ts';
import { shivizLines } from './shiviz.ts';
import type { Take } from './take.ts';

const exporters: {
  readonly [F in ExportFormat]: (records: readonly TraceRecord[], take: Take) => void;
} = {
  edn: ednLines,
  porcupine: operationLines,
  shiviz: shivizLines,
  perfetto: perfettoLines,
  otlp: otlpLines,
  'etcd-raft': etcdLines,
  csv: csvLines,
};

/** Shows the trace in that form to `take`, line by line. Deterministic to the byte. */
export function exportTrace(
  records: readonly TraceRecord[],
  found: { readonly format: ExportFormat; readonly take: Take },
): void {
  exporters[found.format](records, found.take);
}
