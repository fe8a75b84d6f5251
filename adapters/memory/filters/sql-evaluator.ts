/**
 * SQL trees on messages, with three truth values: an absent property, or operands of different
 * types, make the result unknown, and only true matches. Strings compare by character code.
 */
import type { BusMessage } from '../../../harness/bus/bus.ts';
import { like } from './sql-like.ts';
import type { Arithmetic, Comparison, Node, PropertyNode, Value } from './sql-tree.ts';

type Truth = boolean | undefined;

export function evaluate<Body>(node: Node, message: BusMessage<Body>): Value {
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'system':
    case 'user':
      return propertyOf(node, message);
    case 'and':
    case 'or':
      return connect(node.kind === 'or', node.left, node.right, message);
    case 'not':
      return not(truth(evaluate(node.of, message)));
    case 'compare':
      return compare(node.operator, evaluate(node.left, message), evaluate(node.right, message));
    case 'arithmetic':
      return compute(node.operator, evaluate(node.left, message), evaluate(node.right, message));
    case 'in':
      return isIn(evaluate(node.of, message), node.list, message);
    case 'like':
      return isLike(node, message);
    case 'isNull':
      return propertyOf(node.of, message) === undefined;
    case 'exists':
      return propertyOf(node.of, message) !== undefined;
    default:
      return node satisfies never;
  }
}

function propertyOf<Body>(node: PropertyNode, message: BusMessage<Body>): Value {
  if (node.kind === 'system') return message[node.field];
  const { properties } = message;
  if (properties === undefined) return undefined;
  if (Object.hasOwn(properties, node.name)) return properties[node.name];
  const name = Object.keys(properties).find((key) => key.toLowerCase() === node.folded);
  return name === undefined ? undefined : properties[name];
}

function truth(value: Value): Truth {
  return typeof value === 'boolean' ? value : undefined;
}

function not(value: Truth): Truth {
  return value === undefined ? undefined : !value;
}

/** `decisive` alone decides: true for OR, false for AND. */
function connect<Body>(
  decisive: boolean,
  left: Node,
  right: Node,
  message: BusMessage<Body>,
): Truth {
  const first = truth(evaluate(left, message));
  if (first === decisive) return decisive;
  const second = truth(evaluate(right, message));
  if (second === decisive) return decisive;
  return first === undefined || second === undefined ? undefined : !decisive;
}

function compare(operator: Comparison, left: Value, right: Value): Truth {
  if (left === undefined || right === undefined || typeof left !== typeof right) return undefined;
  if (operator === '=') return left === right;
  if (operator === '<>') return left !== right;
  if (typeof left === 'boolean') return undefined;
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    default:
      return operator satisfies never;
  }
}

function compute(operator: Arithmetic, left: Value, right: Value): Value {
  if (typeof left === 'string' && typeof right === 'string') {
    return operator === '+' ? left + right : undefined;
  }
  if (typeof left !== 'number' || typeof right !== 'number') return undefined;
  switch (operator) {
    case '+':
      return left + right;
    case '-':
      return left - right;
    case '*':
      return left * right;
    case '/':
      return right === 0 ? undefined : left / right;
    case '%':
      return right === 0 ? undefined : left % right;
    default:
      return operator satisfies never;
  }
}

function isIn<Body>(value: Value, list: readonly Node[], message: BusMessage<Body>): Truth {
  let known = true;
  for (const node of list) {
    const same = compare('=', value, evaluate(node, message));
    if (same === true) return true;
    if (same === undefined) known = false;
  }
  return known ? false : undefined;
}

function isLike<Body>(node: Extract<Node, { kind: 'like' }>, message: BusMessage<Body>): Truth {
  const text = evaluate(node.of, message);
  const pattern = evaluate(node.pattern, message);
  if (typeof text !== 'string' || typeof pattern !== 'string') return undefined;
  if (node.escape === undefined) return like(text, pattern, undefined);
  const escape = evaluate(node.escape, message);
  return typeof escape === 'string' && escape.length === 1
    ? like(text, pattern, escape)
    : undefined;
}
