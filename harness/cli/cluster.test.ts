/** Real processes over the real SDK: the compiled program is run, as people run it. */
import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { azureBus } from '../../adapters/azure/azure.ts';
import { startBroker } from '../../adapters/broker/broker.ts';
import { readTrace } from '../trace/read.ts';
import { withScratch } from '../trace/scratch.ts';
import { launchOf } from './cluster-processes.ts';
import { finalReads, operationsFor } from './cluster-work.ts';
import { operationOf } from './client.ts';
import { ran } from './main.test.kit.ts';

const main = resolve('dist/harness/main.js');

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

function ended(args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  return new Promise((done) => {
    const options = { env: { ...process.env, ...env } };
    const child = execFile(process.execPath, [main, ...args], options, (_, out, err) => {
      done({ code: child.exitCode ?? -1, out, err });
    });
  });
}

/** Of all processes: id, parent, and the command line that everybody can see. */
async function processes(): Promise<readonly { pid: number; ppid: number; args: string }[]> {
  const text = await new Promise<string>((done) => {
    execFile('ps', ['-A', '-o', 'pid=,ppid=,args='], (_, out) => done(out));
  });
  return text
    .split('\n')
    .map((line) => /^\s*(\d+)\s+(\d+)\s+(.*)$/u.exec(line))
    .flatMap((match) =>
      match === null
        ? []
        : [{ pid: Number(match[1]), ppid: Number(match[2]), args: match[3] ?? '' }],
    );
}

/** Waits until it holds; never long on an idle machine. */
async function until(isTrue: () => boolean | Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    if (await isTrue()) return;
    await after(50);
  }
  throw new Error('waited in vain');
}

// Each waits about half of its time.
vi.setConfig({ maxConcurrency: 2 });

describe.concurrent('whitewater cluster', () => {
  test('elects a leader, answers, records one trace, and ends with 0', () =>
    withScratch(async (path) => {
      const args = ['cluster', '-n', '3', '--num-requests', '3', '--out', path('out')];
      const { code, out, err } = await ended([...args, '--seed', '5']);
      expect(err).toBe('');
      expect(code).toBe(0);
      expect(out).toMatch(/S[123] leads term \d/u);
      for (const number of [0, 1, 2]) expect(out).toContain(`request-${number}  `);
      expect(out).toContain('3 of 3 requests answered');
      const file = path('out/cluster/trace.ndjson');
      const { header, records } = await readTrace(file);
      expect(header).toMatchObject({ adapter: 'broker', servers: ['S1', 'S2', 'S3'] });
      expect(records.at(-1)).toMatchObject({ kind: 'verdict', verdict: 'pass' });
      expect(records.map(({ seq }) => seq)).toEqual(records.map((_, index) => index));
      const judged = await ran(['check', file]);
      expect([judged.code, judged.out]).toEqual([0, expect.stringContaining('promise held')]);
      const viewed = await ran(['view', file, '--no-open', '--out', path('page.html')]);
      expect([viewed.code, existsSync(path('page.html'))]).toEqual([0, true]);
      // Disks and journals of a run in which nothing was found are gone, and so is the card.
      expect(readdirSync(path('out/cluster'))).toEqual(['trace.ndjson']);
    }));

  test('keeps what it acknowledged when servers are killed and started again', () =>
    withScratch(async (path) => {
      const args = ['-n', '3', '--num-requests', '20', '--duration', '1500ms', '--seed', '9'];
      const torment = ['--kill-every', '500ms', '--json', '--out', path('out')];
      const { code, out } = await ended(['cluster', ...args, ...torment]);
      expect(JSON.parse(out)).toMatchObject({ verdict: 'pass', failure: null, exit: 0 });
      expect(code).toBe(0);
      const { records } = await readTrace(path('out/cluster/trace.ndjson'));
      const kinds = records.map(({ kind }) => kind);
      expect(kinds).toContain('crash');
      const starts = records.flatMap((one) => (one.kind === 'online' ? [one.incarnation] : []));
      expect(Math.max(...starts)).toBeGreaterThan(1);
    }));

  test('interrupted, ends in good order: 130, and what there is of a trace is judged', () =>
    withScratch(async (path) => {
      const args = ['-n', '3', '--duration', '60s', '--kill-every', '2s', '--out', path('out')];
      const parent = spawn(process.execPath, [main, 'cluster', ...args], { stdio: 'pipe' });
      let out = '';
      parent.stdout.on('data', (bytes: Buffer) => void (out += bytes.toString()));
      await until(() => out.includes('request-2  '));
      parent.kill('SIGINT');
      await until(() => parent.exitCode !== null);
      expect(parent.exitCode).toBe(130);
      expect(out).toContain('every promise held');
      expect((await processes()).filter(({ ppid }) => ppid === parent.pid)).toEqual([]);
    }));

  test('drops and counts what another run has left in the same entities', () =>
    withScratch(async (path) => {
      const topics = [{ name: 'rafttopic', subscriptions: ['S1'] }];
      const broker = await startBroker({ topics });
      const { connectionString, adminPort } = broker;
      const administrationEndpoint = `localhost:${adminPort}`;
      const env = {
        WHITEWATER_CONNECTION_STRING: connectionString,
        WHITEWATER_ADMINISTRATION_ENDPOINT: administrationEndpoint,
      };
      const args = ['cluster', '-n', '1', '--num-requests', '1', '--json', '--out', path('out')];
      let wake: () => void = () => undefined;
      const stranger = azureBus<Buffer>({
        account: { connectionString, administrationEndpoint },
        codec: { encode: (body) => body, decode: (bytes) => bytes },
        identity: { cluster: 'ww-earlier', node: 'S2', incarnation: 1 },
        onEvents: () => wake(),
      });
      const accepted = new Promise<void>((done) => {
        wake = done;
      });
      const message = { messageId: '1', body: Buffer.from('{}'), sizeBytes: 2, to: 'S1' };
      stranger.submit({ kind: 'publish', token: 1, path: 'rafttopic', message }, 0);
      await accepted;
      const { code, out } = await ended(args, env);
      await stranger.close();
      await broker.close();
      const said: unknown = JSON.parse(out);
      expect(said).toMatchObject({ verdict: 'pass', dropped: { strangers: expect.any(Number) } });
      expect(/"strangers": (\d+)/u.exec(out)?.[1]).not.toBe('0');
      expect(code).toBe(0);
    }));

  test('killed, takes its children with it; none of them ever showed the key', () =>
    withScratch(async (path) => {
      const key = 'c2VjcmV0LW9mLXRoZS10ZXN0';
      const broker = await startBroker({ keys: { RootManageSharedAccessKey: key } });
      const env = {
        ...process.env,
        WHITEWATER_CONNECTION_STRING: broker.connectionString,
        WHITEWATER_ADMINISTRATION_ENDPOINT: `localhost:${broker.adminPort}`,
      };
      expect(broker.connectionString).toContain(key);
      const args = ['-n', '3', '--duration', '60s', '--pause', '500ms', '--out', path('out')];
      const parent = spawn(process.execPath, [main, 'cluster', ...args], { env, stdio: 'pipe' });
      let out = '';
      parent.stdout.on('data', (bytes: Buffer) => void (out += bytes.toString()));
      await until(() => out.includes('request-3  '));
      const all = await processes();
      const children = all.filter(({ ppid, args: line }) => {
        return ppid === parent.pid && line.includes('--server-id');
      });
      const names = children.map(({ args: line }) => /--server-id (\S+)/u.exec(line)?.[1]);
      expect(new Set(names)).toEqual(new Set(['S1', 'S2', 'S3']));
      expect(names).toHaveLength(3);
      expect(all.filter(({ args: line }) => line.includes(key))).toEqual([]);
      for (const { pid } of children) {
        const environment = `/proc/${pid}/environ`;
        if (existsSync(environment)) expect(readFileSync(environment, 'utf8')).not.toContain(key);
      }
      parent.kill('SIGKILL');
      const ids = new Set(children.map(({ pid }) => pid));
      await until(async () => !(await processes()).some(({ pid }) => ids.has(pid)));
      await broker.close();
      for (const folder of readdirSync(path('out/cluster'))) {
        const inside = join(path('out/cluster'), folder);
        const files = folder.endsWith('.json')
          ? [inside]
          : readdirSync(inside).map((name) => join(inside, name));
        for (const file of files) expect(readFileSync(file, 'utf8')).not.toContain(key);
      }
    }));
});

describe('a child', () => {
  test('is started without any setting of ours on its command line or in its environment', () => {
    const secret = 'Endpoint=sb://x/;SharedAccessKeyName=n;SharedAccessKey=s3cret';
    const { args, env } = launchOf('S1', { PATH: '/bin', WHITEWATER_CONNECTION_STRING: secret });
    const parent = String(process.pid);
    expect(args).toEqual(['cluster', '--server-id', 'S1', '--client-process-id', parent]);
    expect(env).toEqual({ PATH: '/bin' });
  });

  test('cannot be started by hand', async () => {
    const { code, err } = await ended(['cluster', '--server-id', 'S1']);
    expect([code, err]).toEqual([64, expect.stringContaining('whitewater cluster starts itself')]);
  });
});

describe('words of the command line', () => {
  test.each([
    [['cluster', '--num-requests', '0'], 'needs a time to stand'],
    [['cluster', '--kill-every', 'often'], 'a duration looks like'],
    [['cluster', '--rough', '101'], 'a percentage'],
    [['cluster', '--connection-string', '@no/such/file'], 'cannot be read'],
    [['client', 'shout', 'x'], 'There are: get, put, cas'],
    [['client', 'put', 'x'], 'put wants a key and 1 value'],
    [['client', 'get', 'x', '--out', 'no/such/folder'], 'no cluster is running here'],
  ])('%j is refused in one sentence', async (args, sentence) => {
    const { code, err } = await ran(args);
    expect(code).toBe(64);
    expect(err).toContain(sentence);
  });

  test('values of requests are JSON, and what is none is text', () => {
    expect(operationOf(['put', 'x', '1'])).toMatchObject({ f: 'write', key: 'x', value: 1 });
    expect(operationOf(['put', 'x', 'hello'])).toMatchObject({ value: 'hello' });
    expect(operationOf(['cas', 'x', 'null', '[2]'])).toMatchObject({ value: [null, [2]] });
  });

  test('requests write every value once, spread over the time', () => {
    const wish = { seed: 3, requests: 200, clients: 5, spreadMs: 60_000 };
    const all = operationsFor(wish);
    const written = all.flatMap(({ f, value }) =>
      f === 'write' ? [value] : f === 'cas' && Array.isArray(value) ? [value[1]] : [],
    );
    expect(new Set(written).size).toBe(written.length);
    expect(all[0]?.f).toBe('write');
    expect(all.at(-1)?.atMs).toBe(59_700);
    expect(new Set(all.map(({ client }) => client)).size).toBe(5);
    const keys = new Set(all.map(({ key }) => key));
    expect(new Set(finalReads(0).map(({ key }) => key))).toEqual(keys);
  });
});
