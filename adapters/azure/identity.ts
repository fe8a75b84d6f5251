/** Who this process is to Azure when no connection string says so: `@azure/identity`, loaded late. */
import { Refusal } from './errors.ts';
import type { TokenCredential } from './sdk.ts';

/** What is used of the package. Its own types want a browser's, which are not loaded here. */
interface Identity {
  readonly DefaultAzureCredential: new () => TokenCredential;
}

const identityPackage = '@azure/identity';

/**
 * Whatever the environment, a managed identity or `az login` offers, in the package's own order;
 * nobody is asked before the first token is needed. Throws with the remedy if it is not installed.
 */
export async function defaultCredential(
  load: () => Promise<unknown> = () => import(identityPackage),
): Promise<TokenCredential> {
  const found = await load().catch(() => undefined);
  if (!isIdentity(found)) {
    throw new Refusal(
      'InvalidOperation',
      'A namespace without a credential needs the package @azure/identity, which is not ' +
        'installed. Run "npm install @azure/identity", or give a connection string.',
    );
  }
  return new found.DefaultAzureCredential();
}

function isIdentity(found: unknown): found is Identity {
  return typeof found === 'object' && found !== null && 'DefaultAzureCredential' in found;
}
