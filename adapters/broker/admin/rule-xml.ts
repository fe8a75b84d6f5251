/** Rules as XML descriptions, and back. */
import type { CorrelationFilter, Filter, Properties, Rule } from '../../../harness/bus/bus.ts';
import type { RuleEntry } from '../catalog.ts';
import { describe } from './descriptions.ts';
import { BadRequest } from './problems.ts';
import { child, type Element, escapeXml, line, textOf } from './xml.ts';

/** In the order of the service's schema. */
const fields = [
  ['CorrelationId', 'correlationId'],
  ['MessageId', 'messageId'],
  ['To', 'to'],
  ['ReplyTo', 'replyTo'],
  ['Label', 'subject'],
  ['SessionId', 'sessionId'],
  ['ReplyToSessionId', 'replyToSessionId'],
  ['ContentType', 'contentType'],
] as const;
const schema = 'http://www.w3.org/2001/XMLSchema';

export function describeRule({ rule, createdAt }: RuleEntry): string {
  const { name, filter, action } = rule;
  const actionXml =
    action === undefined
      ? '<Action i:type="EmptyRuleAction"/>'
      : `<Action i:type="SqlRuleAction">${sql(action)}</Action>`;
  const rest = [line('CreatedAt', createdAt.toISOString()), line('Name', name)].join('');
  return describe('RuleDescription', `${filterXml(filter)}${actionXml}${rest}`);
}

function filterXml(filter: Filter): string {
  switch (filter.kind) {
    case 'true':
      return `<Filter i:type="TrueFilter">${sql('1=1')}</Filter>`;
    case 'false':
      return `<Filter i:type="FalseFilter">${sql('1=0')}</Filter>`;
    case 'sql':
      return `<Filter i:type="SqlFilter">${sql(filter.expression)}</Filter>`;
    case 'correlation': {
      const lines = fields.map(([tag, field]) => line(tag, filter[field] ?? ''));
      const properties = Object.entries(filter.properties ?? {}).map(propertyXml);
      const map = properties.length === 0 ? '' : `<Properties>${properties.join('')}</Properties>`;
      return `<Filter i:type="CorrelationFilter">${lines.join('')}${map}</Filter>`;
    }
    default:
      return filter satisfies never;
  }
}

function sql(expression: string): string {
  const text = escapeXml(expression);
  return `<SqlExpression>${text}</SqlExpression><CompatibilityLevel>20</CompatibilityLevel>`;
}

function propertyXml([key, value]: readonly [string, string | number | boolean]): string {
  const type = typeName(value);
  const shown = `<Value i:type="d6p1:${type}" xmlns:d6p1="${schema}">${escapeXml(String(value))}`;
  const entry = `<Key>${escapeXml(key)}</Key>${shown}</Value>`;
  return `<KeyValueOfstringanyType>${entry}</KeyValueOfstringanyType>`;
}

function typeName(value: string | number | boolean): string {
  if (typeof value === 'string') return 'string';
  if (typeof value === 'boolean') return 'boolean';
  return Number.isInteger(value) ? 'int' : 'double';
}

/** `name`: used where the description has none of its own. Throws BadRequest. */
export function readRule(xml: Element, name: string): Rule {
  const filter = readFilter(child(xml, 'Filter'));
  const action = textOf(child(xml, 'Action'), 'SqlExpression');
  const named = textOf(xml, 'Name') ?? name;
  return action ? { name: named, filter, action } : { name: named, filter };
}

function readFilter(xml: Element | undefined): Filter {
  const type = xml?.attributes.get('type') ?? 'TrueFilter';
  switch (type) {
    case 'TrueFilter':
      return { kind: 'true' };
    case 'FalseFilter':
      return { kind: 'false' };
    case 'SqlFilter': {
      const expression = textOf(xml, 'SqlExpression') ?? '';
      return expression.replaceAll(' ', '') === '1=1'
        ? { kind: 'true' }
        : { kind: 'sql', expression };
    }
    case 'CorrelationFilter':
      return readCorrelation(xml);
    default:
      throw new BadRequest(`The filter type '${type}' is unknown.`);
  }
}

function readCorrelation(xml: Element | undefined): CorrelationFilter {
  const filter: { -readonly [Key in keyof CorrelationFilter]: CorrelationFilter[Key] } = {
    kind: 'correlation',
  };
  for (const [tag, field] of fields) {
    const value = textOf(xml, tag);
    if (value !== undefined) filter[field] = value;
  }
  const properties = child(xml, 'Properties')?.children ?? [];
  if (properties.length > 0) filter.properties = Object.fromEntries(properties.map(readProperty));
  return filter;
}

function readProperty(pair: Element): readonly [string, Properties[string]] {
  const value = child(pair, 'Value');
  const text = value?.text ?? '';
  const type = value?.attributes.get('type') ?? 'string';
  return [textOf(pair, 'Key') ?? '', typed(text, type.slice(type.indexOf(':') + 1))];
}

function typed(text: string, type: string): Properties[string] {
  switch (type) {
    case 'boolean':
      return text === 'true';
    case 'int':
    case 'long':
    case 'double':
    case 'float':
    case 'decimal':
      return Number(text);
    default:
      return text;
  }
}
