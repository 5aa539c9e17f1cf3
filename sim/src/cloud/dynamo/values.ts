/** Values of DynamoDB as the document client gives them: comparing, measuring. */

/** An item. Items are never changed: an update makes a new one. */
export type Item = Readonly<Record<string, unknown>>;

/** The type letter of a value. */
export function typeOf(value: unknown): string {
  if (value === null) return 'NULL';
  if (typeof value === 'string') return 'S';
  if (typeof value === 'number' || typeof value === 'bigint') return 'N';
  if (typeof value === 'boolean') return 'BOOL';
  if (value instanceof Uint8Array) return 'B';
  if (value instanceof Set) return typeof [...value][0] === 'string' ? 'SS' : 'NS';
  return Array.isArray(value) ? 'L' : 'M';
}

/** Returns true when two values are equal, documents by their content. */
export function isEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  const type = typeOf(a);
  if (type !== typeOf(b) || type === 'S' || type === 'N' || type === 'BOOL') return false;
  if (a instanceof Set && b instanceof Set) return a.size === b.size && [...a].every((entry) => b.has(entry));
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((entry, index) => isEqual(entry, b[index]));
  if (type !== 'M') return false;
  const [left, right] = [a as Item, b as Item];
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length && keys.every((key) => isEqual(left[key], right[key]));
}

/** The order of two values of one ordered type; undefined where there is none. */
export function compareValues(a: unknown, b: unknown): number | undefined {
  const type = typeOf(a);
  if (type !== typeOf(b)) return undefined;
  if (type === 'S') return Buffer.compare(Buffer.from(a as string), Buffer.from(b as string));
  if (type === 'N') return Number(a) - Number(b);
  if (type === 'B') return Buffer.compare(a as Uint8Array, b as Uint8Array);
  return undefined;
}

/** The size of a value in bytes, as DynamoDB bills it (Developer Guide, "Item sizes and formats"). */
function sizeOf(value: unknown): number {
  switch (typeOf(value)) {
    case 'S':
      return Buffer.byteLength(value as string);
    case 'N':
      return (
        Math.ceil(
          String(value)
            .replace(/[-.]/g, '')
            .replace(/^0+|0+$/g, '').length / 2,
        ) + 1
      );
    case 'B':
      return (value as Uint8Array).length;
    case 'L':
      return (value as unknown[]).reduce<number>((sum, entry) => sum + sizeOf(entry) + 1, 3);
    case 'SS':
    case 'NS':
      return [...(value as Set<unknown>)].reduce<number>((sum, entry) => sum + sizeOf(entry), 0);
    case 'M':
      return sizeOfItem(value as Item) + 3;
    default:
      return 1;
  }
}

/** The size of an item in bytes. */
export function sizeOfItem(item: Item): number {
  let size = 0;
  for (const [name, value] of Object.entries(item))
    if (value !== undefined)
      size += Buffer.byteLength(name) + sizeOf(value) + (typeOf(value) === 'M' ? 1 : 0);
  return size;
}
