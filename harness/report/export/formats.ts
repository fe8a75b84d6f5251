/** The names of the forms; apart from the code, so that the command line can read them at once. */
export const exportFormats = [
  'edn',
  'porcupine',
  'shiviz',
  'perfetto',
  'otlp',
  'etcd-raft',
  'csv',
] as const;
export type ExportFormat = (typeof exportFormats)[number];
