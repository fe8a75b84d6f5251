/** Bad input: what is wrong, where, and what to do about it. Shown without a stack. */

/** Exit codes that bad input may ask for (sysexits): usage or data error, no permission. */
export type UserErrorExit = 64 | 69 | 77;

export interface UserErrorPlace {
  /** The file (or the source) the fault is in. */
  readonly file?: string;
  /** 1-based. */
  readonly line?: number;
  /** One imperative sentence: how to get on. */
  readonly remedy?: string;
  readonly exitCode?: UserErrorExit;
  readonly cause?: unknown;
}

/**
 * The one error for whatever a person can put right. `message` reads
 * `file:line: what is wrong. Remedy.`; `what`, `file`, `line` and `remedy` are its parts.
 */
export class UserError extends Error {
  override readonly name = 'UserError';
  readonly what: string;
  readonly file: string | null;
  readonly line: number | null;
  readonly remedy: string | null;
  readonly exitCode: UserErrorExit;

  constructor(what: string, place: UserErrorPlace = {}) {
    super(compose(what, place), place.cause === undefined ? undefined : { cause: place.cause });
    this.what = what;
    this.file = place.file ?? null;
    this.line = place.line ?? null;
    this.remedy = place.remedy ?? null;
    this.exitCode = place.exitCode ?? 64;
  }
}

function compose(what: string, { file, line, remedy }: UserErrorPlace): string {
  const where = file === undefined ? '' : line === undefined ? `${file}: ` : `${file}:${line}: `;
  return `${where}${what}${remedy === undefined ? '' : `. ${remedy}.`}`;
}
