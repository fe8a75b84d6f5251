/** Nothing of the SDK is waited for without end: several of its promises may stay pending. */

export class TimedOut extends Error {
  readonly code = 'ServiceTimeout';
}

/** The work's outcome, or TimedOut; what comes of the work later is ignored. */
export function bounded<Result>(work: Promise<Result>, ms: number, what: string): Promise<Result> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new TimedOut(`${what} was not answered within ${ms} ms.`)),
      ms,
    );
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}

/** For work whose outcome nobody can use. */
export function ignored(work: Promise<unknown> | undefined): void {
  work?.catch(() => undefined);
}
