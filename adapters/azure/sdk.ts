/**
 * The one door to the Azure SDKs: their types, and their code only when somebody connects. Nothing
 * else names the packages, so that a simulation never loads them.
 */
import { Refusal } from './errors.ts';

export type Sdk = typeof import('@azure/service-bus');
export type ServiceBusClient = import('@azure/service-bus').ServiceBusClient;
export type AdministrationClient = import('@azure/service-bus').ServiceBusAdministrationClient;
export type Sender = import('@azure/service-bus').ServiceBusSender;
export type Receiver = import('@azure/service-bus').ServiceBusReceiver;
export type SessionReceiver = import('@azure/service-bus').ServiceBusSessionReceiver;
export type OutgoingMessage = import('@azure/service-bus').ServiceBusMessage;
export type IncomingMessage = import('@azure/service-bus').ServiceBusReceivedMessage;
export type Handlers = import('@azure/service-bus').MessageHandlers;
export type RetryOptions = import('@azure/service-bus').RetryOptions;
export type TokenCredential = import('@azure/service-bus').TokenCredential;
export type SqlRuleFilter = import('@azure/service-bus').SqlRuleFilter;
export type CorrelationRuleFilter = import('@azure/service-bus').CorrelationRuleFilter;
/** The SDK's 64-bit numbers; it exports their type only through messages. */
export type Long = NonNullable<IncomingMessage['sequenceNumber']>;

export function loadSdk(): Promise<Sdk> {
  return import('@azure/service-bus');
}

/** What is used of `@azure/identity`, which its users install themselves. */
interface Identity {
  readonly DefaultAzureCredential: new () => TokenCredential;
}

const identityPackage = '@azure/identity';

/** Throws with the remedy if `@azure/identity` is not installed. */
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
