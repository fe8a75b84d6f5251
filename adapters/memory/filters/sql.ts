/** SQL filters: text in, test out, or one sentence about what is wrong with the text. */
import type { BusMessage } from '../../../harness/bus/bus.ts';
import { evaluate } from './sql-evaluator.ts';
import { parse } from './sql-parser.ts';
import { type Node, SqlError } from './sql-tree.ts';
import type { Test } from './test.ts';

const lengthMax = 1024;

export function compileSql<Body>(expression: string): Test<Body> | { readonly wrong: string } {
  if (expression.length > lengthMax) {
    return { wrong: `The SQL filter has ${expression.length} characters; at most ${lengthMax}.` };
  }
  try {
    return new SqlTest(parse(expression));
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const place = `character ${error.position + 1} of "${expression}"`;
    return { wrong: `The SQL filter is wrong at ${place}: ${error.message}.` };
  }
}

class SqlTest<Body> implements Test<Body> {
  private readonly tree: Node;

  constructor(tree: Node) {
    this.tree = tree;
  }

  matches(message: BusMessage<Body>): boolean {
    return evaluate(this.tree, message) === true;
  }
}
