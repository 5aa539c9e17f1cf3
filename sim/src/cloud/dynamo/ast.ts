/** The parts of DynamoDB expressions. */

/** A step of a document path: an attribute (or its alias), or a list index. */
export type PathStep = { readonly attribute: string } | { readonly index: number };

/** A document path. */
export type Path = readonly PathStep[];

/** Something that has a value. */
export type Operand =
  | { readonly kind: 'path'; readonly path: Path }
  | { readonly kind: 'value'; readonly name: string }
  | { readonly kind: 'size'; readonly path: Path }
  | { readonly kind: 'if-not-exists'; readonly path: Path; readonly otherwise: Operand }
  | { readonly kind: 'list-append'; readonly left: Operand; readonly right: Operand }
  | { readonly kind: 'sum'; readonly sign: 1 | -1; readonly left: Operand; readonly right: Operand };

/** A comparison operator. */
export type Comparator = '=' | '<>' | '<' | '<=' | '>' | '>=';

/** Something that is true or false. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly left: Condition; readonly right: Condition }
  | { readonly kind: 'not'; readonly condition: Condition }
  | {
      readonly kind: 'compare';
      readonly comparator: Comparator;
      readonly left: Operand;
      readonly right: Operand;
    }
  | { readonly kind: 'between'; readonly operand: Operand; readonly low: Operand; readonly high: Operand }
  | { readonly kind: 'in'; readonly operand: Operand; readonly list: readonly Operand[] }
  | { readonly kind: 'exists'; readonly path: Path; readonly expected: boolean }
  | { readonly kind: 'type'; readonly path: Path; readonly type: Operand }
  | { readonly kind: 'begins-with' | 'contains'; readonly operand: Operand; readonly part: Operand };

/** A change of one attribute. */
export type Change =
  | { readonly kind: 'set'; readonly path: Path; readonly value: Operand }
  | { readonly kind: 'remove'; readonly path: Path }
  | { readonly kind: 'add' | 'delete'; readonly path: Path; readonly value: Operand };
