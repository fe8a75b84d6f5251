/** $management on the rules of a subscription. */
import type { CorrelationFilter, Filter, Rule } from '../../../harness/bus/bus.ts';
import { type AmqpMap, AmqpError, isMap, numberOf, stringOf } from '../amqp/values.ts';
import { encode, type Encode } from '../amqp/write.ts';
import { Refused, type RuleEntry, type SubscriptionEntry } from '../catalog.ts';
import { refusalOf } from '../conditions.ts';
import { readProperties } from '../message.ts';
import { type Context, missing, needText, type Operation } from './operation.ts';

export const ruleOperations: readonly (readonly [string, Operation])[] = [
  ['add-rule', refusing(addRule)],
  ['remove-rule', refusing(removeRule)],
  ['enumerate-rules', enumerate],
];

/** Descriptors of Service Bus, for lists of fields. */
const code = {
  description: 1335734829060,
  emptyAction: 1335734829061,
  sqlAction: 1335734829062,
  sqlFilter: 83483426822,
  trueFilter: 83483426823,
  falseFilter: 83483426824,
  correlationFilter: 83483426825,
} as const;
const compatibility = 20;

function refusing(operation: Operation): Operation {
  return (context) => {
    try {
      operation(context);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      context.fail(refusalOf(error.code, error.message));
    }
  };
}

function addRule(context: Context): void {
  const name = needText(context, 'rule-name');
  const description = context.body.get('rule-description');
  if (!isMap(description)) throw missing('rule-description', 'a map');
  context.hub.catalog.addRule(subscription(context), readRule(name, description));
  context.done();
}

function removeRule(context: Context): void {
  context.hub.catalog.removeRule(subscription(context), needText(context, 'rule-name'));
  context.done();
}

function enumerate(context: Context): void {
  const skip = numberOf(context.body.get('skip')) ?? 0;
  const top = numberOf(context.body.get('top')) ?? 100;
  const entries = [...subscription(context).rules.values()]
    .sort((left, right) => (left.rule.name < right.rule.name ? -1 : 1))
    .slice(skip, skip + top);
  if (entries.length === 0) return context.done(undefined, 204);
  const rules = entries.map((entry) => encode.named({ 'rule-description': describe(entry) }));
  context.done(encode.named({ rules: encode.list(rules) }));
}

function subscription({ hub, path }: Context): SubscriptionEntry {
  const entry = hub.catalog.find(path);
  if (entry?.kind === 'subscription') return entry;
  throw new AmqpError('amqp:not-allowed', `'${path}' is no subscription; only those have rules.`);
}

function readRule(name: string, description: AmqpMap): Rule {
  const filter = readFilter(description);
  const action = description.get('sql-rule-action');
  const expression = isMap(action) ? stringOf(action.get('expression')) : undefined;
  return expression ? { name, filter, action: expression } : { name, filter };
}

function readFilter(description: AmqpMap): Filter {
  const sql = description.get('sql-filter');
  if (isMap(sql)) {
    const expression = stringOf(sql.get('expression'));
    if (expression === undefined) throw missing('sql-filter', 'a map with an expression');
    return { kind: 'sql', expression };
  }
  const correlation = description.get('correlation-filter');
  if (isMap(correlation)) return readCorrelation(correlation);
  return { kind: 'true' };
}

/** In the order of the list that shows a filter. */
const fields = [
  ['correlation-id', 'correlationId'],
  ['message-id', 'messageId'],
  ['to', 'to'],
  ['reply-to', 'replyTo'],
  ['label', 'subject'],
  ['session-id', 'sessionId'],
  ['reply-to-session-id', 'replyToSessionId'],
  ['content-type', 'contentType'],
] as const;

function readCorrelation(map: AmqpMap): CorrelationFilter {
  const filter: { -readonly [Key in keyof CorrelationFilter]: CorrelationFilter[Key] } = {
    kind: 'correlation',
  };
  for (const [key, field] of fields) {
    const value = stringOf(map.get(key));
    if (value !== undefined) filter[field] = value;
  }
  const properties = map.get('properties');
  if (isMap(properties) && properties.size > 0) filter.properties = readProperties(properties);
  return filter;
}

function describe({ rule, createdAt }: RuleEntry): Encode {
  const action =
    rule.action === undefined
      ? encode.described(code.emptyAction, encode.list([]))
      : encode.described(code.sqlAction, sqlFields(rule.action));
  const parts = [describeFilter(rule.filter), action, encode.string(rule.name)];
  const created = encode.timestamp(createdAt.getTime());
  return encode.described(code.description, encode.list([...parts, created]));
}

function describeFilter(filter: Filter): Encode {
  switch (filter.kind) {
    case 'true':
      return encode.described(code.trueFilter, encode.list([]));
    case 'false':
      return encode.described(code.falseFilter, encode.list([]));
    case 'sql':
      return encode.described(code.sqlFilter, sqlFields(filter.expression));
    case 'correlation': {
      const items: Encode[] = fields.map(([, field]) => {
        const value = filter[field];
        return value === undefined ? encode.null : encode.string(value);
      });
      const properties = Object.entries(filter.properties ?? {}).map(
        ([name, value]) => [encode.string(name), encode.property(value)] as const,
      );
      return encode.described(
        code.correlationFilter,
        encode.list([...items, encode.map(properties)]),
      );
    }
    default:
      return filter satisfies never;
  }
}

function sqlFields(expression: string): Encode {
  return encode.list([encode.string(expression), encode.int(compatibility)]);
}
