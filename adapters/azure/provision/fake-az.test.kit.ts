/** For tests: a program named `az` that keeps what it was called with and plays answers. */
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Plays when the arguments begin so; the last that fits counts. */
export interface Played {
  readonly when: string;
  readonly code?: number;
  /** Printed as JSON. */
  readonly out?: unknown;
  readonly err?: string;
}

export interface FakeAz {
  /** With its folder first on the PATH. */
  readonly env: NodeJS.ProcessEnv;
  /** Argument lists in the order of the calls. */
  calls(): readonly (readonly string[])[];
  play(...more: readonly Played[]): void;
}

const program = `#!/usr/bin/env node
const { appendFileSync, readFileSync } = require('node:fs');
const { join } = require('node:path');
const words = process.argv.slice(2);
appendFileSync(join(__dirname, 'calls.ndjson'), JSON.stringify(words) + '\\n');
const answers = JSON.parse(readFileSync(join(__dirname, 'answers.json'), 'utf8'));
const line = words.join(' ');
const found = answers.filter(({ when }) => line.startsWith(when)).at(-1);
if (found === undefined) {
  process.stderr.write('ERROR: the fake az knows no answer to: ' + line + '\\n');
  process.exitCode = 99;
} else {
  if (found.out !== undefined) process.stdout.write(JSON.stringify(found.out));
  if (found.err !== undefined) process.stderr.write(found.err + '\\n');
  process.exitCode = found.code ?? 0;
}
`;

export const subscriptionId = '00000000-0000-4000-8000-00000000abcd';
export const principalId = '00000000-0000-4000-8000-000000000001';

/** Somebody is signed in who may do everything; nothing was made yet. */
export const signedIn: readonly Played[] = [
  { when: 'version', out: { 'azure-cli': '2.80.0' } },
  {
    when: 'account show',
    out: {
      id: subscriptionId,
      name: 'Playground',
      user: { name: 'ada@example.org', type: 'user' },
    },
  },
  { when: 'provider show', out: { registrationState: 'Registered' } },
  { when: 'ad signed-in-user show', out: { id: principalId } },
  { when: 'role assignment list', out: [{ roleDefinitionName: 'Owner' }] },
  {
    when: 'group show',
    code: 3,
    err: "ERROR: (ResourceGroupNotFound) Resource group 'rg-whitewater' could not be found.",
  },
  { when: 'group list', out: [] },
  { when: 'resource list', out: [] },
  { when: 'group create', out: {} },
  { when: 'group update', out: {} },
  { when: 'group delete' },
  { when: 'servicebus namespace delete' },
  {
    when: 'deployment group create',
    out: {
      properties: {
        outputs: { fullyQualifiedNamespace: { value: 'sbns-x.servicebus.windows.net' } },
      },
    },
  },
];

export function fakeAz(answers: readonly Played[] = signedIn): FakeAz {
  const folder = mkdtempSync(join(tmpdir(), 'whitewater-az-'));
  const played = [...answers];
  const write = (): void => writeFileSync(join(folder, 'answers.json'), JSON.stringify(played));
  write();
  writeFileSync(join(folder, 'calls.ndjson'), '');
  writeFileSync(join(folder, 'az'), program);
  writeFileSync(join(folder, 'package.json'), '{"type":"commonjs"}');
  chmodSync(join(folder, 'az'), 0o755);
  return {
    env: { ...process.env, PATH: [folder, process.env['PATH']].join(delimiter) },
    calls: () =>
      readFileSync(join(folder, 'calls.ndjson'), 'utf8')
        .split('\n')
        .filter((line) => line !== '')
        .map((line): readonly string[] => JSON.parse(line)),
    play: (...more) => {
      played.push(...more);
      write();
    },
  };
}
