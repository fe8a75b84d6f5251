/**
 * `whitewater campaign --distributed`: chunks as messages in a Service Bus queue, for any number of
 * workers on any number of machines; here they are processes of this one, and others may join.
 */
import type { ChildProcess } from 'node:child_process';
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import type { Account } from '../../adapters/azure/account.ts';
import { endpointOf } from '../../adapters/azure/account.ts';
import { UserError } from '../trace/user-error.ts';
import type { Campaign } from '../search/campaign.ts';
import type { Attended, Tell } from './background.ts';
import { campaignByCrew } from './background.ts';
import type { BrokerProcess } from './cluster-processes.ts';
import { launchOf, startBrokerProcess } from './cluster-processes.ts';
import type { Queues } from './distributed-crew.ts';
import { QueueCrew } from './distributed-crew.ts';
import { Post } from './distributed-post.ts';
import { workDistributed } from './distributed-worker.ts';
import { commit } from './failure-folder.ts';
import type { CampaignJob } from './job.ts';
import { accountGiven } from './namespace-given.ts';
import type { Request } from './request.ts';
import { processors } from './values.ts';
import { Halt, ThreadCrew } from './work-crew.ts';

/** How long a task belongs to a worker that says nothing more: on loopback it is missed soon. */
const lockMs = { near: 5_000, far: 30_000 };
const tasksEach = 2;
/** Tasks in the queue for those who join from elsewhere. */
const tasksForGuests = 16;
const startsMax = 20;
/** When the time is up, what workers are at is waited for, but not for ever. */
const graceMs = 10_000;

export function queuesOf(name: string): Queues {
  return { tasks: name, results: `${name}-results` };
}

/** The Service Bus that `--distributed` names. */
function accountOf(request: Request, word: string): Account {
  const account = accountGiven({ ...request, given: { ...request.given, connectionString: word } });
  if (account !== undefined) return account;
  throw new UserError('there is no Service Bus', { remedy: 'Name one, or --distributed broker' });
}

/** The workers of this machine. One that dies is replaced: its task comes back to the queue. */
class Children {
  private readonly launch: ReturnType<typeof launchOf>;
  private readonly secret: string;
  private readonly note: (text: string) => void;
  private readonly onLost: (error: unknown) => void;
  private readonly children = new Set<ChildProcess>();
  /** One of them waits for tasks: from here on time counts. */
  readonly ready: Promise<void>;
  private isReady: () => void = () => undefined;
  private isOver = false;
  private starts = 0;

  constructor(found: {
    readonly queue: string;
    readonly secret: string;
    readonly request: Request;
    readonly onLost: (error: unknown) => void;
  }) {
    const { request, queue } = found;
    const args = ['campaign', '--join', '--distributed', '-', '--queue', queue, '--workers', '1'];
    this.launch = { ...launchOf('worker', request.io.env), args };
    this.secret = found.secret;
    this.onLost = found.onLost;
    this.ready = new Promise((resolve) => {
      this.isReady = resolve;
    });
    this.note = (text) => {
      if (request.given.quiet !== true) request.io.err(`${text}\n`);
    };
  }

  /** The connection string goes through the child's standard input: nobody else sees it. */
  start(): void {
    this.starts += 1;
    const { program, args, env } = this.launch;
    const child = fork(program, [...args], {
      env: { ...env },
      execArgv: [],
      stdio: ['pipe', 'ignore', 'pipe', 'ipc'],
    });
    this.children.add(child);
    child.on('message', () => this.isReady());
    let said = '';
    child.stderr?.on('data', (bytes: Buffer) => (said = `${said}${bytes.toString()}`.slice(-500)));
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(`${this.secret}\n`);
    this.note(`worker process ${child.pid ?? '?'}`);
    child.on('close', (code, signal) => {
      this.children.delete(child);
      if (this.isOver) return;
      this.note(`worker process ${child.pid ?? '?'} ended (${signal ?? `code ${code ?? '?'}`})`);
      if (this.starts < startsMax) this.start();
      else this.onLost(new Error(`workers end again and again: ${said.trim()}`));
    });
  }

  end(): void {
    this.isOver = true;
    for (const child of this.children) child.kill('SIGKILL');
  }
}

interface Service {
  readonly account: Account;
  readonly broker: BrokerProcess | null;
}

async function serviceOf(
  request: Request,
  word: string,
  onLost: (error: unknown) => void,
): Promise<Service> {
  if (word !== 'broker') return { account: accountOf(request, word), broker: null };
  const broker = await startBrokerProcess(request.io.env, (how) => onLost(new Error(how)));
  const { connectionString, administrationEndpoint } = broker;
  return { account: { connectionString, administrationEndpoint }, broker };
}

/** Runs the campaign's chunks over a Service Bus; its result is that of the same one here. */
export async function campaignDistributed(
  request: Request,
  job: CampaignJob,
  tell: Tell,
): Promise<Attended<Campaign>> {
  const { given, io } = request;
  let lost: (error: unknown) => void = () => undefined;
  const broken = new Promise<never>((_, reject) => {
    lost = reject;
  });
  broken.catch(() => undefined);
  const { account, broker } = await serviceOf(request, given.distributed ?? 'broker', lost);
  const queues = queuesOf(given.queue ?? `whitewater-${randomBytes(4).toString('hex')}`);
  const post = new Post(account);
  const workers = given.workers ?? processors();
  const secret = 'connectionString' in account ? account.connectionString : '';
  const children = new Children({ queue: queues.tasks, secret, request, onLost: lost });
  try {
    const near = endpointOf(account).isEmulator;
    for (const queue of [queues.tasks, queues.results]) {
      await post.makeQueue(queue, near ? lockMs.near : lockMs.far);
    }
    if (given.quiet !== true && broker === null) io.err(`queue ${queues.tasks}: --join it\n`);
    const size = workers * tasksEach + (broker === null ? tasksForGuests : 0);
    return await campaignByCrew(job, io, tell, async () => {
      let local: ThreadCrew | null = null;
      const halt = new Halt();
      const crew = new QueueCrew({
        post,
        queues,
        job,
        commit: commit(),
        size,
        local: () => (local ??= new ThreadCrew(job, workers, halt)),
        onLost: lost,
        onRescue: (text) => {
          if (given.quiet !== true) io.err(`${text}\n`);
        },
      });
      await crew.open();
      for (let i = 0; i < workers; i += 1) children.start();
      await Promise.race([children.ready, broken]);
      return {
        crew,
        broken,
        late: () => void setTimeout(() => crew.searched(), graceMs).unref(),
        shrunk: () => halt.shrinking(),
        hurry: () => halt.hurry(),
        dismiss: async () => local?.dismiss(),
      };
    });
  } finally {
    children.end();
    for (const path of [queues.tasks, queues.results]) {
      await post.ask({ kind: 'deleteEntity', path }).catch(() => undefined);
    }
    await post.close();
    broker?.end();
  }
}

/** `--join`: works for a campaign that somebody else conducts. */
export async function joinCampaign(request: Request): Promise<void> {
  const { given, io } = request;
  const { distributed: word, queue } = given;
  if (word === undefined || word === 'broker' || queue === undefined) {
    throw new UserError('--join needs to know where', {
      remedy: 'Name the Service Bus with --distributed @FILE, and the --queue of the campaign',
    });
  }
  const isChild = process.send !== undefined;
  if (isChild) process.on('disconnect', () => process.exit());
  const account = accountOf(request, word);
  await workDistributed({
    account,
    queues: queuesOf(queue),
    workers: given.workers ?? processors(),
    // Ctrl-C reaches the whole group; the parent decides how its children end.
    io: isChild ? { ...io, onInterrupt: deaf } : io,
    onReady: () => void process.send?.({ kind: 'ready' }),
  });
}

/** Takes Ctrl-C for somebody else's affair. */
function deaf(): () => void {
  const ignore = (): void => undefined;
  process.on('SIGINT', ignore);
  return () => void process.off('SIGINT', ignore);
}
