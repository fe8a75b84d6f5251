/** Participants' names: one string object for each, so that comparing names compares pointers. */

/** `S1`, `S2`, …: keys of an object are shared by the whole program, however often they are made. */
export function numbered(letter: string, count: number): readonly string[] {
  const names: Record<string, true> = {};
  for (let number = 1; number <= count; number += 1) names[`${letter}${number}`] = true;
  return Object.keys(names);
}

/** Participants by name: servers first, then clients. */
export class Directory {
  readonly names: readonly string[];
  private readonly servers: number;
  private readonly byName: ReadonlyMap<string, number>;

  constructor(servers: readonly string[], clients: readonly string[]) {
    this.names = [...servers, ...clients];
    this.servers = servers.length;
    this.byName = new Map(this.names.map((name, index) => [name, index]));
  }

  /** The name's number tells where it stands, which is quicker than a map; -1: nobody's name. */
  indexOf(name: string): number {
    let number = 0;
    for (let at = 1; at < name.length; at += 1) number = number * 10 + name.charCodeAt(at) - 48;
    const guess = name.charCodeAt(0) === 83 ? number - 1 : this.servers + number - 1;
    if (guess >= 0 && guess < this.names.length && this.names[guess] === name) return guess;
    return this.byName.get(name) ?? -1;
  }
}
