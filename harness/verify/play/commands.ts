/** The commands of a play, one function each. */
import type { Change, RaftMessage, RequestPayload } from '../../raft/message.ts';
import { BadPlay } from './bad-play.ts';
import type { Actor, Troupe } from './troupe.ts';

type Words = readonly string[];
type Command = (stage: Stage, words: Words) => void;

/** The cluster, and where the play stands. */
class Stage {
  readonly troupe: Troupe;
  readonly line: number;

  constructor(troupe: Troupe, line: number) {
    this.troupe = troupe;
    this.line = line;
  }

  fail(message: string): never {
    throw new BadPlay(message, this.line);
  }

  actor(id: string | undefined): Actor {
    const found = id === undefined ? undefined : this.troupe.actor(id);
    if (found !== undefined) return found;
    const names = this.troupe.actors.map((actor) => actor.id).join(', ');
    return this.fail(`"${id ?? ''}" is not on stage: ${names} are`);
  }

  count(word: string | undefined, otherwise: number): number {
    if (word === undefined) return otherwise;
    return /^\d+$/u.test(word) ? Number(word) : this.fail(`"${word}" is no number`);
  }
}

/** `timeout S1`: the election timer runs out, once. */
const timeout: Command = (stage, [id]) => stage.troupe.expire(stage.actor(id), 'election');

/** `lapse S1`: a whole election time-out, in both stages where leaders are protected. */
const lapse: Command = (stage, [id]) => {
  const actor = stage.actor(id);
  const { heardLeader } = actor.node;
  stage.troupe.expire(actor, 'election');
  if (heardLeader) stage.troupe.expire(actor, 'election');
};

/** `heartbeat S1 [N]`: its heartbeat timer runs out, N times. */
const heartbeat: Command = (stage, [id, times]) => {
  const actor = stage.actor(id);
  for (let left = stage.count(times, 1); left > 0; left -= 1) {
    stage.troupe.expire(actor, 'heartbeat');
  }
};

/** `lease-end S1`: its lease timer runs out. */
const leaseEnd: Command = (stage, [id]) => stage.troupe.expire(stage.actor(id), 'lease');

/** `settle [quietly]`: everything on its way arrives, until nothing is; quietly: only counted. */
const settle: Command = (stage, [how]) => {
  if (how !== undefined && how !== 'quietly') stage.fail('settle, or settle quietly');
  const { troupe } = stage;
  const delivered = troupe.settle();
  if (how === 'quietly') troupe.told = [];
  troupe.told.push(`${delivered} messages delivered`);
};

/** `set S1 x 1 [c2] [again N]`: a client asks S1 to set x; `again N` repeats its request N. */
const set: Command = (stage, [id, key = '', value = '', ...rest]) => {
  const number = stage.count(value, 0);
  const [client, serial] = asker(stage, rest);
  const command = { f: 'set', key, value: number };
  const payload = (next: number): RequestPayload => ({
    kind: 'command',
    session: client,
    serial: next,
    acknowledged: 0,
    command,
  });
  stage.troupe.ask(stage.actor(id), client, payload, serial);
};

function asker(stage: Stage, words: Words): [client: string, serial: number | undefined] {
  const [first, second, third] = words;
  if (first === undefined) return ['c1', undefined];
  if (first === 'again') return ['c1', stage.count(second, 1)];
  if (second === undefined) return [first, undefined];
  if (second !== 'again') return stage.fail(`"${second}" makes no sense here`);
  return [first, stage.count(third, 1)];
}

/** `read S1 x by index|lease|log`: a client reads x at S1. */
const read: Command = (stage, [id, key = '', by, via]) => {
  if (by !== 'by') stage.fail('read wants SERVER KEY by index, lease or log');
  const base = { session: 'c1', acknowledged: 0, command: { f: 'read', key } };
  const payload = (serial: number): RequestPayload => {
    if (via === 'log') return { ...base, kind: 'command', serial };
    if (via !== 'index' && via !== 'lease') return stage.fail('by index, by lease or by log');
    const { session, command } = base;
    return { kind: 'read', session, serial, via, command };
  };
  stage.troupe.ask(stage.actor(id), 'c1', payload);
};

/** `session S1 c7`: a client registers. */
const session: Command = (stage, [id, client = 'c1']) =>
  stage.troupe.ask(stage.actor(id), client, () => ({ kind: 'register', client }));

/** `transfer S1 S2`: the operator asks S1 to hand over to S2. */
const transfer: Command = (stage, [id, target = '']) =>
  stage.troupe.ask(stage.actor(id), 'operator', (serial) => ({
    kind: 'transfer',
    serial,
    target,
  }));

const changeKinds: Readonly<Record<string, Change['kind']>> = {
  add: 'addVoter',
  learner: 'addLearner',
  remove: 'remove',
};

/** `change S1 [joint] add S4 remove S1 learner S5`: the operator changes who takes part. */
const change: Command = (stage, [id, ...rest]) => {
  const joint = rest[0] === 'joint';
  const words = joint ? rest.slice(1) : rest;
  const changes: Change[] = [];
  for (let at = 0; at < words.length; at += 2) {
    const kind = changeKinds[words[at] ?? ''];
    if (kind === undefined) stage.fail('change wants add, remove or learner, each with a server');
    else changes.push({ kind, server: stage.actor(words[at + 1]).id });
  }
  const transition = joint ? 'joint' : 'simple';
  stage.troupe.ask(stage.actor(id), 'operator', (serial) => ({
    kind: 'reconfigure',
    serial,
    changes,
    transition,
  }));
};

/** The oldest messages of a link, taken off it: `FROM TO [N|all]`. */
function taken(stage: Stage, [from, to, many]: Words): readonly RaftMessage[] {
  const link = stage.troupe.link(stage.actor(from).id, stage.actor(to).id);
  const count = many === 'all' ? link.length : stage.count(many, 1);
  if (count > link.length || count === 0) {
    stage.fail(`${link.length} messages are on their way from ${from ?? ''} to ${to ?? ''}`);
  }
  return link.splice(0, count);
}

/** `deliver S1 S2 [N|all]`: the oldest messages on their way arrive. */
const deliver: Command = (stage, words) => {
  for (const message of taken(stage, words)) stage.troupe.deliver(message);
};

/** `drop S1 S2 [N|all]`: they never arrive; `drop all`: nothing that is on its way does. */
const drop: Command = (stage, words) => {
  if (words[0] !== 'all') void taken(stage, words);
  else stage.troupe.told.push(`${stage.troupe.dropAll()} messages lost`);
};

/** `late S1 S2`: the oldest message goes behind all others of its link. */
const late: Command = (stage, words) => {
  const messages = taken(stage, words.slice(0, 2));
  stage.troupe.link(words[0] ?? '', words[1] ?? '').push(...messages);
};

/** `twice S1 S2`: the oldest message is on its way a second time, behind all others. */
const twice: Command = (stage, words) => {
  const [message] = taken(stage, words.slice(0, 2));
  const link = stage.troupe.link(words[0] ?? '', words[1] ?? '');
  if (message === undefined) return;
  link.unshift(message);
  link.push(message);
};

/** `cut S1 [S2 …]`: nothing sent between S1 and these (or anyone) arrives, both ways. */
const cut: Command = (stage, [id, ...others]) => {
  const one = stage.actor(id);
  const all = stage.troupe.actors.filter((actor) => actor !== one);
  const peers = others.length === 0 ? all : others.map((other) => stage.actor(other));
  for (const peer of peers) {
    stage.troupe.cut(one.id, peer.id);
    stage.troupe.cut(peer.id, one.id);
  }
};

/** `heal`: every link works again. */
const heal: Command = ({ troupe }) => troupe.heal();

/** `durable S1 [newest|all]`: its oldest write is on the disk, or the newest first, or all. */
const durable: Command = (stage, [id, which]) => {
  const actor = stage.actor(id);
  const { length } = actor.unsynced;
  if (length === 0) stage.fail(`${actor.id} has no write under way`);
  if (which === 'newest') stage.troupe.sync(actor, length - 1);
  else if (which === 'all') while (stage.troupe.sync(actor));
  else stage.troupe.sync(actor);
};

/** `crash S1`: its memory and unsynced writes are gone. */
const crash: Command = (stage, [id]) => stage.troupe.crash(stage.actor(id));

/** `start S1`: it comes back with what its disk holds. */
const start: Command = (stage, [id]) => stage.troupe.start(stage.actor(id));

/** `show`: every server, and what is on its way. */
const show: Command = ({ troupe }) => {
  for (const from of troupe.actors) {
    for (const to of troupe.actors) {
      const { length } = troupe.link(from.id, to.id);
      if (length > 0) troupe.told.push(`${length} on the way from ${from.id} to ${to.id}`);
    }
  }
};

const commands: Readonly<Record<string, Command>> = {
  timeout,
  lapse,
  heartbeat,
  'lease-end': leaseEnd,
  settle,
  set,
  read,
  session,
  transfer,
  change,
  deliver,
  drop,
  late,
  twice,
  cut,
  heal,
  durable,
  crash,
  start,
  show,
};

/** Every command's name. */
export const commandNames: readonly string[] = Object.keys(commands);

/** Performs one command. Throws `BadPlay` when it makes no sense. */
export function perform(troupe: Troupe, command: string, line: number): void {
  const [word = '', ...words] = command.split(/\s+/u);
  const known = commands[word];
  if (known === undefined) {
    throw new BadPlay(`there is no command "${word}": ${commandNames.join(', ')} are`, line);
  }
  known(new Stage(troupe, line), words);
}
