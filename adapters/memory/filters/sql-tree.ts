/** SQL filters as trees, and what can be wrong with their text. */

/** `undefined` is SQL's unknown: a property that is not there, or a senseless operation. */
export type Value = string | number | boolean | undefined;

export type Comparison = '=' | '<>' | '<' | '<=' | '>' | '>=';
export type Arithmetic = '+' | '-' | '*' | '/' | '%';

/** The system properties that the port knows, as fields of a message. */
export type SystemField =
  | 'to'
  | 'replyTo'
  | 'subject'
  | 'correlationId'
  | 'messageId'
  | 'sessionId'
  | 'contentType'
  | 'replyToSessionId';

export type PropertyNode =
  | { readonly kind: 'system'; readonly field: SystemField }
  /** `folded`: the name in lower case, for names ignore case. */
  | { readonly kind: 'user'; readonly name: string; readonly folded: string };

export type Node =
  | { readonly kind: 'constant'; readonly value: Value }
  | PropertyNode
  | { readonly kind: 'and' | 'or'; readonly left: Node; readonly right: Node }
  | { readonly kind: 'not'; readonly of: Node }
  | {
      readonly kind: 'compare';
      readonly operator: Comparison;
      readonly left: Node;
      readonly right: Node;
    }
  | {
      readonly kind: 'arithmetic';
      readonly operator: Arithmetic;
      readonly left: Node;
      readonly right: Node;
    }
  | { readonly kind: 'in'; readonly of: Node; readonly list: readonly Node[] }
  | {
      readonly kind: 'like';
      readonly of: Node;
      readonly pattern: Node;
      readonly escape: Node | undefined;
    }
  | { readonly kind: 'isNull'; readonly of: PropertyNode }
  | { readonly kind: 'exists'; readonly of: PropertyNode };

/** What an action does to a message. */
export type Statement =
  | { readonly kind: 'set'; readonly property: PropertyNode; readonly value: Node }
  | { readonly kind: 'remove'; readonly property: PropertyNode };

/** Never leaves this folder: `compileSql` turns it into text. */
export class SqlError extends Error {
  /** Zero-based, in the text of the filter. */
  readonly position: number;

  constructor(position: number, message: string) {
    super(message);
    this.position = position;
  }
}
