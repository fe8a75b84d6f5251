/**
 * The Service Bus that options or environment name: a namespace by identity, or a connection string
 * from a file, standard input or the environment, so that no list of processes shows it.
 */
import { readFileSync } from 'node:fs';
import type { Account } from '../../adapters/azure/account.ts';
import { accountIn, qualified, variables } from '../../adapters/azure/environment.ts';
import { withAdministration } from '../../adapters/azure/environment.ts';
import { UserError } from '../trace/user-error.ts';
import type { Request } from './request.ts';

const standardInput = 0;

/** Options before environment, the namespace before the string; undefined: nobody named one. */
export function accountGiven({ given, io }: Request): Account | undefined {
  if (given.namespace !== undefined) {
    if (given.connectionString !== undefined) {
      io.err('both a namespace and a connection string are given: the namespace is taken\n');
    }
    return { namespace: qualified(given.namespace) };
  }
  if (given.connectionString === undefined) {
    const account = accountIn(io.env);
    if (account === undefined || 'namespace' in account) return account;
    return ported(account.connectionString, given.administration ?? account.administrationEndpoint);
  }
  const word = given.connectionString;
  if (word !== '-' && !word.startsWith('@')) {
    io.err(
      'a connection string among the arguments is visible to every user of this machine; ' +
        `use @FILE, - or ${variables.connectionString}\n`,
    );
  }
  const administration = given.administration ?? io.env[variables.administration];
  return ported(read(word), administration);
}

function read(word: string): string {
  if (word !== '-' && !word.startsWith('@')) return word;
  const file = word === '-' ? 'standard input' : word.slice(1);
  let text: string;
  try {
    text = readFileSync(word === '-' ? standardInput : file, 'utf8').trim();
  } catch (cause) {
    const remedy = 'Write the connection string there: one line';
    throw new UserError('the connection string cannot be read', { file, remedy, cause });
  }
  if (text !== '') return text;
  throw new UserError('there is no connection string', {
    file,
    remedy: 'Write it there: one line',
  });
}

/** The emulators' two well-known ports belong together. */
function ported(connectionString: string, administration: string | undefined): Account {
  const isEmulator = /(?:^|;)\s*UseDevelopmentEmulator\s*=\s*true/i.test(connectionString);
  const usual = /Endpoint\s*=\s*sb:\/\/([^:/;]+)(?::5672)?\/?(?:;|$)/i.exec(connectionString);
  const known = isEmulator && usual !== null ? `${usual[1]}:5300` : undefined;
  return withAdministration(connectionString, administration ?? known);
}
