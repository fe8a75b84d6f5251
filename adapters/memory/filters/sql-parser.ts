/**
 * SQL tokens into a tree, by recursive descent: OR, AND, NOT, predicates, sums, products, signs.
 * A predicate is no operand of arithmetic or of a comparison.
 */
import { type Token, tokenize } from './sql-lexer.ts';
import {
  type Arithmetic,
  type Comparison,
  type Node,
  type PropertyNode,
  SqlError,
  type Statement,
  type SystemField,
} from './sql-tree.ts';

const comparisons: ReadonlyMap<string, Comparison> = new Map([
  ['=', '='],
  ['<>', '<>'],
  ['!=', '<>'],
  ['<', '<'],
  ['<=', '<='],
  ['>', '>'],
  ['>=', '>='],
]);
const sums: ReadonlyMap<string, Arithmetic> = new Map([
  ['+', '+'],
  ['-', '-'],
]);
const products: ReadonlyMap<string, Arithmetic> = new Map([
  ['*', '*'],
  ['/', '/'],
  ['%', '%'],
]);
const systemFields: ReadonlyMap<string, SystemField> = new Map([
  ['to', 'to'],
  ['replyto', 'replyTo'],
  ['label', 'subject'],
  ['subject', 'subject'],
  ['correlationid', 'correlationId'],
  ['messageid', 'messageId'],
  ['sessionid', 'sessionId'],
  ['contenttype', 'contentType'],
  ['replytosessionid', 'replyToSessionId'],
]);
const reserved: ReadonlySet<string> = new Set(
  'AND OR NOT IN LIKE ESCAPE IS NULL EXISTS TRUE FALSE'.split(' '),
);

/** Throws SqlError where the text leaves the grammar. */
export function parse(text: string): Node {
  const parser = new Parser(tokenize(text));
  const tree = parser.disjunction();
  parser.end();
  return condition(tree, { position: 0 });
}

/** The statements of an action: SET and REMOVE, with semicolons between them. */
export function parseAction(text: string): readonly Statement[] {
  const parser = new Parser(tokenize(text));
  const statements = parser.statements();
  parser.end();
  return statements;
}

class Parser {
  private readonly tokens: readonly Token[];
  private at: number;

  constructor(tokens: readonly Token[]) {
    this.tokens = tokens;
    this.at = 0;
  }

  end(): void {
    if (this.peek().kind !== 'end') this.fail('an operator or the end');
  }

  statements(): readonly Statement[] {
    const found = [this.statement()];
    while (this.symbol(';')) {
      if (this.peek().kind !== 'end') found.push(this.statement());
    }
    return found;
  }

  private statement(): Statement {
    if (this.word('REMOVE')) return { kind: 'remove', property: this.target() };
    if (!this.word('SET')) this.fail('SET or REMOVE');
    const target = this.target();
    this.need('=');
    const from = this.peek();
    return { kind: 'set', property: target, value: value(this.sum(), from) };
  }

  private target(): PropertyNode {
    const start = this.peek();
    return property(this.property(), start);
  }

  disjunction(): Node {
    const start = this.peek();
    let left = this.conjunction();
    while (this.word('OR')) {
      const right = this.peek();
      left = this.both('or', left, start, this.conjunction(), right);
    }
    return left;
  }

  private conjunction(): Node {
    const start = this.peek();
    let left = this.negation();
    while (this.word('AND')) {
      const right = this.peek();
      left = this.both('and', left, start, this.negation(), right);
    }
    return left;
  }

  private both(kind: 'and' | 'or', left: Node, from: Token, right: Node, then: Token): Node {
    return { kind, left: condition(left, from), right: condition(right, then) };
  }

  private negation(): Node {
    if (!this.word('NOT')) return this.predicate();
    const start = this.peek();
    return { kind: 'not', of: condition(this.negation(), start) };
  }

  private predicate(): Node {
    const start = this.peek();
    const left = this.sum();
    const operator = this.symbolIn(comparisons);
    if (operator !== undefined) {
      const from = this.peek();
      const right = value(this.sum(), from);
      return { kind: 'compare', operator, left: value(left, start), right };
    }
    if (this.word('IS')) {
      const negated = this.word('NOT');
      if (!this.word('NULL')) this.fail('NULL');
      return negatedIf(negated, { kind: 'isNull', of: property(left, start) });
    }
    const negated = this.word('NOT');
    if (this.word('IN')) return negatedIf(negated, this.membership(value(left, start)));
    if (this.word('LIKE')) return negatedIf(negated, this.likeness(value(left, start)));
    if (negated) this.fail('IN or LIKE');
    return left;
  }

  private membership(of: Node): Node {
    this.need('(');
    const list: Node[] = [];
    do {
      const start = this.peek();
      list.push(value(this.sum(), start));
    } while (this.symbol(','));
    this.need(')');
    return { kind: 'in', of, list };
  }

  private likeness(of: Node): Node {
    const start = this.peek();
    const pattern = value(this.sum(), start);
    if (!this.word('ESCAPE')) return { kind: 'like', of, pattern, escape: undefined };
    const from = this.peek();
    const escape = value(this.sum(), from);
    if (escape.kind === 'constant' && !isOneCharacter(escape.value)) {
      throw new SqlError(from.position, 'ESCAPE takes one character in quotes');
    }
    return { kind: 'like', of, pattern, escape };
  }

  private sum(): Node {
    return this.chain(sums, () => this.product());
  }

  private product(): Node {
    return this.chain(products, () => this.sign());
  }

  private chain(operators: ReadonlyMap<string, Arithmetic>, operand: () => Node): Node {
    const start = this.peek();
    let left = operand();
    for (;;) {
      const operator = this.symbolIn(operators);
      if (operator === undefined) return left;
      const from = this.peek();
      const right = value(operand(), from);
      left = { kind: 'arithmetic', operator, left: value(left, start), right };
    }
  }

  private sign(): Node {
    const operator = this.symbolIn(sums);
    if (operator === undefined) return this.primary();
    const start = this.peek();
    const right = value(this.sign(), start);
    const left: Node = { kind: 'constant', value: 0 };
    return { kind: 'arithmetic', operator, left, right };
  }

  private primary(): Node {
    const token = this.peek();
    if (this.symbol('(')) {
      const inner = this.disjunction();
      this.need(')');
      return inner;
    }
    if (this.word('TRUE')) return { kind: 'constant', value: true };
    if (this.word('FALSE')) return { kind: 'constant', value: false };
    if (this.word('EXISTS')) {
      this.need('(');
      const start = this.peek();
      const of = property(this.primary(), start);
      this.need(')');
      return { kind: 'exists', of };
    }
    switch (token.kind) {
      case 'string':
        this.at++;
        return { kind: 'constant', value: token.text };
      case 'number':
        this.at++;
        return { kind: 'constant', value: Number(token.text) };
      case 'word':
      case 'name':
        return this.property();
      case 'symbol':
      case 'end':
        return this.fail('a value, a property or a parenthesis');
      default:
        return token.kind satisfies never;
    }
  }

  private property(): Node {
    const first = this.name();
    if (this.peek().text === '(' && first.kind === 'word') {
      throw new SqlError(first.position, `the function '${first.text}' is not supported`);
    }
    if (!this.symbol('.')) return userProperty(first.text);
    const second = this.name();
    const scope = first.text.toLowerCase();
    if (scope === 'user') return userProperty(second.text);
    if (scope !== 'sys') {
      throw new SqlError(first.position, `the scope '${first.text}' is neither sys nor user`);
    }
    const field = systemFields.get(second.text.toLowerCase());
    if (field !== undefined) return { kind: 'system', field };
    const known =
      'To, ReplyTo, Label, Subject, CorrelationId, MessageId, SessionId, ContentType, ' +
      'ReplyToSessionId';
    throw new SqlError(second.position, `'sys.${second.text}' is unknown; there are ${known}`);
  }

  private name(): Token {
    const token = this.peek();
    const isWord = token.kind === 'word' && !reserved.has(token.text.toUpperCase());
    if (!isWord && token.kind !== 'name') return this.fail('a property');
    this.at++;
    return token;
  }

  private peek(): Token {
    return this.tokens[this.at] ?? { kind: 'end', text: '', position: 0 };
  }

  private word(keyword: string): boolean {
    const token = this.peek();
    if (token.kind !== 'word' || token.text.toUpperCase() !== keyword) return false;
    this.at++;
    return true;
  }

  private symbol(text: string): boolean {
    const token = this.peek();
    if (token.kind !== 'symbol' || token.text !== text) return false;
    this.at++;
    return true;
  }

  private symbolIn<Operator>(operators: ReadonlyMap<string, Operator>): Operator | undefined {
    const token = this.peek();
    const operator = token.kind === 'symbol' ? operators.get(token.text) : undefined;
    if (operator !== undefined) this.at++;
    return operator;
  }

  private need(text: string): void {
    if (!this.symbol(text)) this.fail(`'${text}'`);
  }

  private fail(wanted: string): never {
    const { kind, text, position } = this.peek();
    const found = kind === 'end' ? 'the filter ends' : `'${text}' stands there`;
    throw new SqlError(position, `${wanted} is expected, but ${found}`);
  }
}

function userProperty(name: string): Node {
  return { kind: 'user', name, folded: name.toLowerCase() };
}

function negatedIf(negated: boolean, of: Node): Node {
  return negated ? { kind: 'not', of } : of;
}

function isOneCharacter(text: unknown): boolean {
  return typeof text === 'string' && text.length === 1;
}

/** Throws for constants other than TRUE and FALSE, and for sums. */
function condition(node: Node, { position }: Pick<Token, 'position'>): Node {
  const isBoolean = node.kind !== 'constant' || typeof node.value === 'boolean';
  if (isBoolean && node.kind !== 'arithmetic') return node;
  throw new SqlError(position, 'a condition is expected, but this is a value; compare it');
}

function value(node: Node, { position }: Token): Node {
  switch (node.kind) {
    case 'constant':
    case 'system':
    case 'user':
    case 'arithmetic':
      return node;
    case 'and':
    case 'or':
    case 'not':
    case 'compare':
    case 'in':
    case 'like':
    case 'isNull':
    case 'exists':
      throw new SqlError(position, 'a value is expected, but this is a condition');
    default:
      return node satisfies never;
  }
}

function property(node: Node, { position }: Token): PropertyNode {
  if (node.kind === 'system' || node.kind === 'user') return node;
  throw new SqlError(position, 'IS NULL and EXISTS take a property');
}
