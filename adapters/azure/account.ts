/** Where the namespace is and how to get in: a connection string, or a name and a credential. */
import type { TokenCredential } from './sdk.ts';
import { mask, secretsIn } from './secrets.ts';

export type Account =
  | {
      readonly connectionString: string;
      /** `host:port` of the administration if it is not the endpoint's: emulators have two. */
      readonly administrationEndpoint?: string;
    }
  | {
      /** Fully qualified, as `name.servicebus.windows.net`. */
      readonly namespace: string;
      /** DefaultAzureCredential of `@azure/identity` if there is none. */
      readonly credential?: TokenCredential;
    };

/** A checked account. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** Plain TCP and http: an emulator. */
  readonly isEmulator: boolean;
  readonly secrets: readonly string[];
}

const remedy =
  'It reads "Endpoint=sb://HOST/;SharedAccessKeyName=NAME;SharedAccessKey=KEY", as the portal ' +
  'shows it under "Shared access policies".';

/** Throws an Error that says what is wrong, without the secret. */
export function endpointOf(account: Account): Endpoint {
  if ('namespace' in account) {
    const host = account.namespace;
    if (!/^[\w-]+(\.[\w-]+)+$/.test(host)) {
      throw new Error(
        `The namespace '${mask(host)}' is not a host name. ` +
          'It reads "NAME.servicebus.windows.net", without "sb://".',
      );
    }
    return { host, port: 5671, isEmulator: false, secrets: [] };
  }
  return parse(account.connectionString);
}

function parse(connectionString: string): Endpoint {
  const parts = partsOf(connectionString);
  const endpoint = parts.get('endpoint');
  if (endpoint === undefined) throw new Error(`The connection string has no Endpoint. ${remedy}`);
  const address = /^sb:\/\/(?<host>[^/:\s]+)(?::(?<port>\d+))?\/?$/.exec(endpoint)?.groups;
  const host = address?.['host'];
  if (host === undefined) {
    throw new Error(`The Endpoint of the connection string is no sb:// address. ${remedy}`);
  }
  const hasKey = parts.has('sharedaccesskeyname') && parts.has('sharedaccesskey');
  if (!hasKey && !parts.has('sharedaccesssignature')) {
    throw new Error(`The connection string has no key and no signature. ${remedy}`);
  }
  const isEmulator = parts.get('usedevelopmentemulator') === 'true';
  const port = Number(address?.['port'] ?? (isEmulator ? 5672 : 5671));
  return { host, port, isEmulator, secrets: secretsIn(connectionString) };
}

function partsOf(connectionString: string): ReadonlyMap<string, string> {
  const parts = new Map<string, string>();
  for (const part of connectionString.split(';')) {
    const at = part.indexOf('=');
    if (at > 0) parts.set(part.slice(0, at).trim().toLowerCase(), part.slice(at + 1).trim());
  }
  return parts;
}

/** The connection string that leads to the administration. */
export function administrationString(
  account: Extract<Account, { connectionString: string }>,
): string {
  const { connectionString, administrationEndpoint } = account;
  if (administrationEndpoint === undefined) return connectionString;
  return connectionString.replace(
    /(^|;)(\s*Endpoint\s*=)[^;]*/i,
    (_, before: string, name: string) => `${before}${name}sb://${administrationEndpoint}`,
  );
}
