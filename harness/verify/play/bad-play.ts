/** A play that cannot be understood, and where. */
export class BadPlay extends Error {
  override readonly name = 'BadPlay';
  /** 1-based. */
  readonly line: number;
  constructor(message: string, line: number) {
    super(message);
    this.line = line;
  }
}
