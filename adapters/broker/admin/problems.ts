/** What the administration answers when it can't do what is asked. */

export class Problem extends Error {
  readonly status: number;

  constructor(status: number, text: string) {
    super(text);
    this.status = status;
  }
}

export class BadRequest extends Problem {
  constructor(text: string) {
    super(400, `SubCode=40000. ${text}`);
  }
}
