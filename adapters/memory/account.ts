/** What a queue, or a topic with all below it, stores: in messages and in bytes. */

export interface Account {
  stored: number;
  bytes: number;
}

interface Sized {
  readonly sizeBytes: number;
}

export function newAccount(): Account {
  return { stored: 0, bytes: 0 };
}

export function deposit(account: Account, message: Sized): void {
  account.stored++;
  account.bytes += message.sizeBytes;
}

export function withdraw(account: Account, message: Sized): void {
  account.stored--;
  account.bytes -= message.sizeBytes;
}
