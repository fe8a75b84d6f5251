/** SQL actions: what a rule changes in the copy that it makes. */
import type { BusMessage, Properties } from '../../../harness/bus/bus.ts';
import { evaluate } from './sql-evaluator.ts';
import { parseAction } from './sql-parser.ts';
import { type PropertyNode, SqlError, type Statement, type Value } from './sql-tree.ts';

const lengthMax = 1024;

/** Makes the rule's own copy of a message. */
export interface Action<Body> {
  apply(message: BusMessage<Body>): BusMessage<Body>;
}

/** The copy also names the rule, in its property `RuleName`. */
export function compileAction<Body>(
  expression: string,
  ruleName: string,
): Action<Body> | { readonly wrong: string } {
  if (expression.length > lengthMax) {
    return { wrong: `The SQL action has ${expression.length} characters; at most ${lengthMax}.` };
  }
  try {
    return new SqlAction(parseAction(expression), ruleName);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const place = `character ${error.position + 1} of "${expression}"`;
    return { wrong: `The SQL action is wrong at ${place}: ${error.message}.` };
  }
}

type Draft<Body> = { -readonly [Key in keyof BusMessage<Body>]: BusMessage<Body>[Key] };

class SqlAction<Body> implements Action<Body> {
  private readonly statements: readonly Statement[];
  private readonly ruleName: string;

  constructor(statements: readonly Statement[], ruleName: string) {
    this.statements = statements;
    this.ruleName = ruleName;
  }

  apply(message: BusMessage<Body>): BusMessage<Body> {
    const draft: Draft<Body> = { ...message };
    for (const statement of this.statements) {
      const value = statement.kind === 'set' ? evaluate(statement.value, draft) : undefined;
      assign(draft, statement.property, value);
    }
    draft.properties = { ...draft.properties, RuleName: this.ruleName };
    return draft;
  }
}

/** An unknown value removes the property, except for the message id, which must stay. */
function assign<Body>(draft: Draft<Body>, property: PropertyNode, value: Value): void {
  if (property.kind === 'system') {
    if (value !== undefined) draft[property.field] = String(value);
    else if (property.field !== 'messageId') delete draft[property.field];
    return;
  }
  const others: [string, Properties[string]][] = Object.entries(draft.properties ?? {}).filter(
    ([name]) => name.toLowerCase() !== property.folded,
  );
  if (value !== undefined) others.push([property.name, value]);
  draft.properties = Object.fromEntries(others);
}
