/** Entities as XML descriptions, and descriptions as settings. */
import type {
  CommonProperties,
  EntityStatus,
  QueueProperties,
  ReceivableProperties,
  SendableProperties,
  SubscriptionProperties,
  TopicProperties,
} from '../entities.ts';
import type { Entry, QueueEntry, SubscriptionEntry, TopicEntry } from '../catalog.ts';
import { formatDuration, parseDuration } from '../durations.ts';
import { BadRequest } from './problems.ts';
import { type Element, line, textOf } from './xml.ts';

/** What is in an entity now. */
export interface Counts {
  readonly active: number;
  readonly deadLetter: number;
  readonly scheduled: number;
  readonly transferDeadLetter: number;
  readonly total: number;
  readonly sizeBytes: number;
  /** Of a topic. */
  readonly subscriptions: number;
}

const namespace = 'http://schemas.microsoft.com/netservices/2010/10/servicebus/connect';
const schema = 'http://www.w3.org/2001/XMLSchema-instance';
const counted = 'http://schemas.microsoft.com/netservices/2011/06/servicebus';

export function describe(name: string, content: string): string {
  return `<${name} xmlns="${namespace}" xmlns:i="${schema}">${content}</${name}>`;
}

export function describeEntry(entry: Entry, counts: Counts): string {
  switch (entry.kind) {
    case 'queue':
      return describe('QueueDescription', queueXml(entry, counts));
    case 'topic':
      return describe('TopicDescription', topicXml(entry, counts));
    case 'subscription':
      return describe('SubscriptionDescription', subscriptionXml(entry, counts));
    default:
      return entry satisfies never;
  }
}

function queueXml(entry: QueueEntry, counts: Counts): string {
  const { properties } = entry;
  return [
    receivable(properties),
    sendable(properties),
    common(properties),
    runtime(entry, counts),
    line('MessageCount', counts.total),
  ].join('');
}

function topicXml(entry: TopicEntry, counts: Counts): string {
  const { properties } = entry;
  return [
    sendable(properties),
    common(properties),
    runtime(entry, counts),
    line('SupportOrdering', properties.supportOrdering),
    line('SubscriptionCount', counts.subscriptions),
    line('FilteringMessagesBeforePublishing', false),
  ].join('');
}

function subscriptionXml(entry: SubscriptionEntry, counts: Counts): string {
  const { properties } = entry;
  return [
    receivable(properties),
    common(properties),
    runtime(entry, counts),
    line('MessageCount', counts.total),
    line(
      'DeadLetteringOnFilterEvaluationExceptions',
      properties.deadLetteringOnFilterEvaluationExceptions,
    ),
  ].join('');
}

function common(properties: CommonProperties): string {
  return [
    line('DefaultMessageTimeToLive', formatDuration(properties.defaultTimeToLiveMs)),
    line('Status', properties.status),
    line('UserMetadata', properties.userMetadata),
    line('AutoDeleteOnIdle', formatDuration(properties.autoDeleteOnIdleMs)),
    line('EnableBatchedOperations', true),
    line('EntityAvailabilityStatus', 'Available'),
  ].join('');
}

function receivable(properties: ReceivableProperties): string {
  return [
    line('LockDuration', formatDuration(properties.lockDurationMs)),
    line('MaxDeliveryCount', properties.maxDeliveryCount),
    line('RequiresSession', properties.requiresSession),
    line('DeadLetteringOnMessageExpiration', properties.deadLetteringOnMessageExpiration),
    lineIfAny('ForwardTo', properties.forwardTo),
    lineIfAny('ForwardDeadLetteredMessagesTo', properties.forwardDeadLetteredMessagesTo),
  ].join('');
}

function lineIfAny(name: string, value: string): string {
  return value === '' ? '' : line(name, value);
}

function sendable(properties: SendableProperties): string {
  const { requiresDuplicateDetection, duplicateDetectionWindowMs } = properties;
  return [
    line('MaxSizeInMegabytes', properties.maxSizeInMegabytes),
    line('RequiresDuplicateDetection', requiresDuplicateDetection),
    line('DuplicateDetectionHistoryTimeWindow', formatDuration(duplicateDetectionWindowMs)),
    line('EnablePartitioning', false),
    line('EnableExpress', false),
  ].join('');
}

function runtime({ createdAt, updatedAt }: Entry, counts: Counts): string {
  const parts = [
    ['ActiveMessageCount', counts.active],
    ['DeadLetterMessageCount', counts.deadLetter],
    ['ScheduledMessageCount', counts.scheduled],
    ['TransferDeadLetterMessageCount', counts.transferDeadLetter],
    ['TransferMessageCount', 0],
  ] as const;
  const details = parts.map(([name, value]) => line(`d2p1:${name}`, value)).join('');
  return [
    line('SizeInBytes', counts.sizeBytes),
    line('CreatedAt', createdAt.toISOString()),
    line('UpdatedAt', updatedAt.toISOString()),
    line('AccessedAt', updatedAt.toISOString()),
    `<CountDetails xmlns:d2p1="${counted}">${details}</CountDetails>`,
  ].join('');
}

type Draft<Properties> = { -readonly [Key in keyof Properties]?: Properties[Key] };

/** What the description says; what it leaves out stays the default. Throws BadRequest. */
export function readQueue(xml: Element): Draft<QueueProperties> {
  return { ...readReceivable(xml), ...readSendable(xml), ...readCommon(xml) };
}

export function readTopic(xml: Element): Draft<TopicProperties> {
  const supportOrdering = booleanAt(xml, 'SupportOrdering');
  const draft: Draft<TopicProperties> = { ...readSendable(xml), ...readCommon(xml) };
  return defined({ ...draft, supportOrdering });
}

export function readSubscription(xml: Element): Draft<SubscriptionProperties> {
  const name = 'DeadLetteringOnFilterEvaluationExceptions';
  const draft: Draft<SubscriptionProperties> = { ...readReceivable(xml), ...readCommon(xml) };
  return defined({ ...draft, deadLetteringOnFilterEvaluationExceptions: booleanAt(xml, name) });
}

function readCommon(xml: Element): Draft<CommonProperties> {
  return defined({
    status: statusAt(xml),
    defaultTimeToLiveMs: durationAt(xml, 'DefaultMessageTimeToLive'),
    autoDeleteOnIdleMs: durationAt(xml, 'AutoDeleteOnIdle'),
    userMetadata: textOf(xml, 'UserMetadata'),
  });
}

function readReceivable(xml: Element): Draft<ReceivableProperties> {
  return defined({
    lockDurationMs: durationAt(xml, 'LockDuration'),
    maxDeliveryCount: numberAt(xml, 'MaxDeliveryCount'),
    requiresSession: booleanAt(xml, 'RequiresSession'),
    deadLetteringOnMessageExpiration: booleanAt(xml, 'DeadLetteringOnMessageExpiration'),
    forwardTo: textOf(xml, 'ForwardTo'),
    forwardDeadLetteredMessagesTo: textOf(xml, 'ForwardDeadLetteredMessagesTo'),
  });
}

function readSendable(xml: Element): Draft<SendableProperties> {
  return defined({
    requiresDuplicateDetection: booleanAt(xml, 'RequiresDuplicateDetection'),
    duplicateDetectionWindowMs: durationAt(xml, 'DuplicateDetectionHistoryTimeWindow'),
    maxSizeInMegabytes: numberAt(xml, 'MaxSizeInMegabytes'),
  });
}

type Defined<Values> = { [Key in keyof Values]?: Exclude<Values[Key], undefined> };

/** Without the fields that the description does not have. */
function defined<Values extends object>(values: Values): Defined<Values> {
  const found: Defined<Values> = { ...values };
  for (const key in values) if (values[key] === undefined) delete found[key];
  return found;
}

const statuses: readonly EntityStatus[] = ['Active', 'Disabled', 'SendDisabled', 'ReceiveDisabled'];

function statusAt(xml: Element): EntityStatus | undefined {
  const text = textOf(xml, 'Status');
  if (text === undefined) return undefined;
  const status = statuses.find((one) => one === text);
  if (status !== undefined) return status;
  throw new BadRequest(`Status is '${text}'; it must be one of ${statuses.join(', ')}.`);
}

function durationAt(xml: Element, name: string): number | undefined {
  const text = textOf(xml, name);
  if (text === undefined) return undefined;
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  throw new BadRequest(`${name} is '${text}'; write an ISO 8601 duration such as PT1M.`);
}

function numberAt(xml: Element, name: string): number | undefined {
  const text = textOf(xml, name);
  if (text === undefined) return undefined;
  const number = Number(text);
  if (Number.isSafeInteger(number) && number >= 0) return number;
  throw new BadRequest(`${name} is '${text}'; write a whole number.`);
}

function booleanAt(xml: Element, name: string): boolean | undefined {
  const text = textOf(xml, name)?.toLowerCase();
  if (text === undefined) return undefined;
  if (text === 'true' || text === 'false') return text === 'true';
  throw new BadRequest(`${name} is '${text}'; write true or false.`);
}
