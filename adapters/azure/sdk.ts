/**
 * The one door to the Azure SDKs: their types, and their code only when somebody connects. Nothing
 * else names the packages, so that a simulation never loads them.
 */
import { mendLinks } from './safe-links.ts';

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

let loaded: Promise<Sdk> | undefined;

export function loadSdk(): Promise<Sdk> {
  loaded ??= import('@azure/service-bus').then((sdk) => {
    mendLinks();
    return sdk;
  });
  return loaded;
}
