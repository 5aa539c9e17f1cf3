/** Evaluates conditions and updates against an item. */
import type { Change, Comparator, Condition, Operand, Path } from './ast.js';
import { ExpressionError } from './lexer.js';
import { compareValues, type Item, isEqual, sizeOfItem, typeOf } from './values.js';

/** Values of aliases and placeholders. */
export interface Bindings {
  readonly names?: Readonly<Record<string, string>> | undefined;
  readonly values?: Readonly<Record<string, unknown>> | undefined;
}

/** The steps of a path with aliases replaced. */
function resolve(path: Path, { names }: Bindings): (string | number)[] {
  return path.map((step) => {
    if ('index' in step) return step.index;
    if (!step.attribute.startsWith('#')) return step.attribute;
    const name = names?.[step.attribute];
    if (name === undefined)
      throw new ExpressionError(`An expression attribute name is not defined: ${step.attribute}`);
    return name;
  });
}

/** The value at a path; undefined where there is none. */
function valueAt(item: unknown, steps: readonly (string | number)[]): unknown {
  let value = item;
  for (const step of steps) {
    if (value === null || typeof value !== 'object' || value instanceof Set) return undefined;
    if (Array.isArray(value) !== (typeof step === 'number')) return undefined;
    value = Object.hasOwn(value, step) ? (value as Record<string | number, unknown>)[step] : undefined;
  }
  return value;
}

/** The value of an operand; undefined for a path that leads nowhere. Throws ExpressionError. */
function evaluate(operand: Operand, item: Item | undefined, bindings: Bindings): unknown {
  switch (operand.kind) {
    case 'value': {
      const value = bindings.values?.[operand.name];
      if (value === undefined)
        throw new ExpressionError(`An expression attribute value is not defined: ${operand.name}`);
      return value;
    }
    case 'path':
      return valueAt(item, resolve(operand.path, bindings));
    case 'size':
      return countOf(valueAt(item, resolve(operand.path, bindings)));
    case 'if-not-exists':
      return valueAt(item, resolve(operand.path, bindings)) ?? evaluate(operand.otherwise, item, bindings);
    case 'list-append':
      return [
        ...asList(evaluate(operand.left, item, bindings)),
        ...asList(evaluate(operand.right, item, bindings)),
      ];
    case 'sum': {
      const left = asNumber(evaluate(operand.left, item, bindings));
      return left + operand.sign * asNumber(evaluate(operand.right, item, bindings));
    }
  }
}

function countOf(value: unknown): number | undefined {
  if (typeof value === 'string') return Buffer.byteLength(value);
  if (value instanceof Set) return value.size;
  if (value instanceof Uint8Array || Array.isArray(value)) return value.length;
  return value !== null && typeof value === 'object' ? Object.keys(value).length : undefined;
}

function asNumber(value: unknown): number {
  if (value === undefined)
    throw new ExpressionError(
      'The provided expression refers to an attribute that does not exist in the item',
    );
  if (typeof value !== 'number')
    throw new ExpressionError('An operand in the update expression has an incorrect data type');
  return value;
}

function asList(value: unknown): unknown[] {
  if (value === undefined)
    throw new ExpressionError(
      'The provided expression refers to an attribute that does not exist in the item',
    );
  if (!Array.isArray(value))
    throw new ExpressionError('An operand in the update expression has an incorrect data type');
  return value;
}

/** Returns true when the condition holds for the item. Throws ExpressionError. */
export function holds(condition: Condition, item: Item | undefined, bindings: Bindings): boolean {
  switch (condition.kind) {
    case 'and':
      return holds(condition.left, item, bindings) && holds(condition.right, item, bindings);
    case 'or':
      return holds(condition.left, item, bindings) || holds(condition.right, item, bindings);
    case 'not':
      return !holds(condition.condition, item, bindings);
    case 'exists':
      return (valueAt(item, resolve(condition.path, bindings)) !== undefined) === condition.expected;
    case 'compare':
      return compares(
        condition.comparator,
        evaluate(condition.left, item, bindings),
        evaluate(condition.right, item, bindings),
      );
    case 'between': {
      const value = evaluate(condition.operand, item, bindings);
      return (
        compares('>=', value, evaluate(condition.low, item, bindings)) &&
        compares('<=', value, evaluate(condition.high, item, bindings))
      );
    }
    case 'in': {
      const value = evaluate(condition.operand, item, bindings);
      return condition.list.some((entry) => compares('=', value, evaluate(entry, item, bindings)));
    }
    case 'type': {
      const value = valueAt(item, resolve(condition.path, bindings));
      return value !== undefined && typeOf(value) === evaluate(condition.type, item, bindings);
    }
    case 'begins-with': {
      const value = evaluate(condition.operand, item, bindings);
      return typeof value === 'string' && value.startsWith(String(evaluate(condition.part, item, bindings)));
    }
    case 'contains':
      return contains(evaluate(condition.operand, item, bindings), evaluate(condition.part, item, bindings));
  }
}

function contains(value: unknown, part: unknown): boolean {
  if (typeof value === 'string') return typeof part === 'string' && value.includes(part);
  if (value instanceof Set) return value.has(part);
  return Array.isArray(value) && value.some((entry) => isEqual(entry, part));
}

function compares(comparator: Comparator, a: unknown, b: unknown): boolean {
  if (comparator === '<>') return !(a !== undefined && b !== undefined && isEqual(a, b));
  if (a === undefined || b === undefined) return false;
  if (comparator === '=') return isEqual(a, b);
  const order = compareValues(a, b);
  if (order === undefined) return false;
  if (comparator === '<') return order < 0;
  if (comparator === '<=') return order <= 0;
  return comparator === '>' ? order > 0 : order >= 0;
}

/** DynamoDB's largest item, in bytes. */
const ITEM_MAX_BYTES = 400 * 1024;

/** The item after an update: every operand sees the item before it. Throws ExpressionError. */
export function applyUpdate(changes: readonly Change[], item: Item, bindings: Bindings): Item {
  const steps = changes.map((change) => {
    const path = resolve(change.path, bindings);
    if (change.kind === 'remove') return { path, value: undefined };
    const value = evaluate(change.value, item, bindings);
    if (change.kind === 'set') {
      if (value === undefined)
        throw new ExpressionError(
          'The provided expression refers to an attribute that does not exist in the item',
        );
      return { path, value };
    }
    const standing = valueAt(item, path);
    return { path, value: change.kind === 'add' ? added(standing, value) : deleted(standing, value) };
  });
  const result = steps.reduce<Item>(
    (current, { path, value }) => withValue(current, path, value) as Item,
    item,
  );
  if (sizeOfItem(result) > ITEM_MAX_BYTES)
    throw new ExpressionError('Item size to update has exceeded the maximum allowed size');
  return result;
}

function added(standing: unknown, value: unknown): unknown {
  if (typeof value === 'number' && (standing === undefined || typeof standing === 'number'))
    return ((standing as number | undefined) ?? 0) + value;
  if (value instanceof Set && (standing === undefined || standing instanceof Set))
    return new Set([...((standing as Set<unknown> | undefined) ?? []), ...value]);
  throw new ExpressionError('An operand in the update expression has an incorrect data type');
}

function deleted(standing: unknown, value: unknown): unknown {
  if (standing === undefined) return undefined;
  if (!(standing instanceof Set && value instanceof Set))
    throw new ExpressionError('An operand in the update expression has an incorrect data type');
  const left = new Set([...standing].filter((entry) => !value.has(entry)));
  return left.size > 0 ? left : undefined;
}

/** A copy with a value at a path; undefined removes. Throws ExpressionError where the path's parent is missing. */
function withValue(target: unknown, [step, ...rest]: readonly (string | number)[], value: unknown): unknown {
  if (step === undefined) return value;
  const isList = Array.isArray(target);
  if (
    target === null ||
    typeof target !== 'object' ||
    target instanceof Set ||
    isList !== (typeof step === 'number')
  )
    throw new ExpressionError('The document path provided in the update expression is invalid for update');
  if (isList) return withElement(target, step as number, rest, value);
  const { [step]: standing, ...others } = target as Record<string, unknown>;
  if (rest.length > 0 && standing === undefined)
    throw new ExpressionError('The document path provided in the update expression is invalid for update');
  const next = withValue(standing, rest, value);
  return next === undefined ? others : { ...others, [step]: next };
}

function withElement(
  list: readonly unknown[],
  index: number,
  rest: readonly (string | number)[],
  value: unknown,
) {
  if (rest.length > 0) {
    if (index >= list.length)
      throw new ExpressionError('The document path provided in the update expression is invalid for update');
    return list.with(index, withValue(list[index], rest, value));
  }
  if (value === undefined) return list.toSpliced(index, 1);
  return index < list.length ? list.with(index, value) : [...list, value];
}

/** The part of an item that a projection names. */
export function project(item: Item, paths: readonly Path[], bindings: Bindings): Item {
  const result: Record<string, unknown> = {};
  for (const path of paths) {
    const steps = resolve(path, bindings);
    const value = valueAt(item, steps);
    if (value === undefined) continue;
    let target = result;
    steps.forEach((step, index) => {
      if (index === steps.length - 1) target[step] = value;
      else {
        target[step] = { ...((target[step] as object | undefined) ?? {}) };
        target = target[step] as Record<string, unknown>;
      }
    });
  }
  return result;
}
