/** What stops provisioning: one sentence, the remedy, and of which kind it is. */

/** Azure can't be reached, does not allow it, or was asked for what makes no sense. */
export type FailureKind = 'usage' | 'unreachable' | 'unauthorised';

export class ProvisionError extends Error {
  readonly kind: FailureKind;
  /** An imperative sentence without its full stop. */
  readonly remedy: string;

  constructor(kind: FailureKind, what: string, remedy: string) {
    super(what);
    this.kind = kind;
    this.remedy = remedy;
  }
}
