/** Parses condition, update and projection expressions (Amazon DynamoDB Developer Guide, "Expressions"). */
import type { Change, Comparator, Condition, Operand, Path, PathStep } from './ast.js';
import { ExpressionError, TokenReader, tokenize } from './lexer.js';

const COMPARATORS: readonly Comparator[] = ['=', '<>', '<=', '>=', '<', '>'];

/** Remembers what a parser returned: services use few expressions many times. */
function memoize<T>(parse: (expression: string) => T): (expression: string) => T {
  const parsed = new Map<string, T>();
  return (expression) => {
    const known = parsed.get(expression);
    if (known !== undefined) return known;
    const result = parse(expression);
    parsed.set(expression, result);
    return result;
  };
}

/** Parses a condition, filter or key condition. Throws ExpressionError. */
export const parseCondition = memoize((expression: string): Condition => {
  const reader = new TokenReader(tokenize(expression));
  const condition = readOr(reader);
  expectEnd(reader);
  return condition;
});

/** Parses an update. Throws ExpressionError. */
export const parseUpdate = memoize((expression: string): readonly Change[] => {
  const reader = new TokenReader(tokenize(expression));
  const changes: Change[] = [];
  while (reader.next.kind !== 'end') changes.push(...readClause(reader));
  if (changes.length === 0) throw new ExpressionError('Invalid UpdateExpression: it is empty');
  return changes;
});

/** Parses a projection. Throws ExpressionError. */
export const parseProjection = memoize((expression: string): readonly Path[] => {
  const reader = new TokenReader(tokenize(expression));
  const paths = readList(reader, () => readPath(reader));
  expectEnd(reader);
  return paths;
});

function expectEnd(reader: TokenReader): void {
  if (reader.next.kind !== 'end')
    throw new ExpressionError(`Invalid expression: unexpected ${reader.next.text}`);
}

function readList<T>(reader: TokenReader, read: () => T): T[] {
  const list = [read()];
  while (reader.accept(',')) list.push(read());
  return list;
}

function readOr(reader: TokenReader): Condition {
  let left = readAnd(reader);
  while (reader.accept('OR')) left = { kind: 'or', left, right: readAnd(reader) };
  return left;
}

function readAnd(reader: TokenReader): Condition {
  let left = readNot(reader);
  while (reader.accept('AND')) left = { kind: 'and', left, right: readNot(reader) };
  return left;
}

function readNot(reader: TokenReader): Condition {
  if (reader.accept('NOT')) return { kind: 'not', condition: readNot(reader) };
  if (reader.accept('(')) {
    const condition = readOr(reader);
    reader.expect(')');
    return condition;
  }
  return readPredicate(reader);
}

function readPredicate(reader: TokenReader): Condition {
  const name = reader.next.text.toLowerCase();
  if (reader.next.kind === 'word' && reader.afterNext.text === '(' && name !== 'size')
    return readFunction(reader, name);
  const operand = readOperand(reader);
  if (reader.accept('BETWEEN')) {
    const low = readOperand(reader);
    reader.expect('AND');
    return { kind: 'between', operand, low, high: readOperand(reader) };
  }
  if (reader.accept('IN')) {
    reader.expect('(');
    const list = readList(reader, () => readOperand(reader));
    reader.expect(')');
    return { kind: 'in', operand, list };
  }
  const comparator = COMPARATORS.find((symbol) => reader.accept(symbol));
  if (!comparator) throw new ExpressionError(`Invalid expression: unexpected ${reader.next.text || 'end'}`);
  return { kind: 'compare', comparator, left: operand, right: readOperand(reader) };
}

function readFunction(reader: TokenReader, name: string): Condition {
  reader.take();
  reader.expect('(');
  const condition = readArguments(reader, name);
  reader.expect(')');
  return condition;
}

function readArguments(reader: TokenReader, name: string): Condition {
  switch (name) {
    case 'attribute_exists':
      return { kind: 'exists', path: readPath(reader), expected: true };
    case 'attribute_not_exists':
      return { kind: 'exists', path: readPath(reader), expected: false };
    case 'attribute_type': {
      const path = readPath(reader);
      reader.expect(',');
      return { kind: 'type', path, type: readOperand(reader) };
    }
    case 'begins_with':
    case 'contains': {
      const operand = readOperand(reader);
      reader.expect(',');
      return { kind: name === 'contains' ? 'contains' : 'begins-with', operand, part: readOperand(reader) };
    }
    default:
      throw new ExpressionError(`Invalid function name: ${name}`);
  }
}

function readOperand(reader: TokenReader): Operand {
  const { kind, text } = reader.next;
  if (kind === 'value') {
    reader.take();
    return { kind: 'value', name: text };
  }
  if (kind === 'word' && text.toLowerCase() === 'size' && reader.afterNext.text === '(') {
    reader.take();
    reader.expect('(');
    const path = readPath(reader);
    reader.expect(')');
    return { kind: 'size', path };
  }
  return { kind: 'path', path: readPath(reader) };
}

function readPath(reader: TokenReader): Path {
  const steps: PathStep[] = [readAttribute(reader)];
  for (;;) {
    if (reader.accept('.')) steps.push(readAttribute(reader));
    else if (reader.accept('[')) {
      steps.push({ index: Number(reader.take().text) });
      reader.expect(']');
    } else return steps;
  }
}

function readAttribute(reader: TokenReader): PathStep {
  const { kind, text } = reader.take();
  if (kind !== 'word' && kind !== 'name')
    throw new ExpressionError(`Invalid expression: expected an attribute, found ${text || 'the end'}`);
  return { attribute: text };
}

function readClause(reader: TokenReader): Change[] {
  if (reader.accept('SET')) return readList(reader, () => readSet(reader));
  if (reader.accept('REMOVE')) return readList(reader, () => ({ kind: 'remove', path: readPath(reader) }));
  const kind = reader.accept('ADD') ? 'add' : reader.accept('DELETE') ? 'delete' : undefined;
  if (!kind) throw new ExpressionError(`Invalid UpdateExpression: unexpected ${reader.next.text}`);
  return readList(reader, () => ({ kind, path: readPath(reader), value: readOperand(reader) }));
}

function readSet(reader: TokenReader): Change {
  const path = readPath(reader);
  reader.expect('=');
  const left = readSetOperand(reader);
  const sign = reader.accept('+') ? 1 : reader.accept('-') ? -1 : undefined;
  if (!sign) return { kind: 'set', path, value: left };
  return { kind: 'set', path, value: { kind: 'sum', sign, left, right: readSetOperand(reader) } };
}

function readSetOperand(reader: TokenReader): Operand {
  const name = reader.next.text.toLowerCase();
  if (reader.next.kind !== 'word' || reader.afterNext.text !== '(') return readOperand(reader);
  reader.take();
  reader.expect('(');
  const operand = readSetFunction(reader, name);
  reader.expect(')');
  return operand;
}

function readSetFunction(reader: TokenReader, name: string): Operand {
  if (name === 'if_not_exists') {
    const path = readPath(reader);
    reader.expect(',');
    return { kind: 'if-not-exists', path, otherwise: readSetOperand(reader) };
  }
  if (name === 'list_append') {
    const left = readSetOperand(reader);
    reader.expect(',');
    return { kind: 'list-append', left, right: readSetOperand(reader) };
  }
  throw new ExpressionError(`Invalid function name: ${name}`);
}
