/** Finds fields that no schema knows. The API server would drop them with a warning. */
import type { Manifest } from '../model/manifest.ts';

/** Reads of one object by its validator. */
interface Reads {
  readonly keys: Set<string>;
  /** The validator went through all keys: they are free. */
  enumerated: boolean;
}

/**
 * Returns the paths of fields that the object's validator never looks at, and what it finds wrong with the others. The
 * validators of kubernetes-models let unknown fields pass, so they are run on an object that notes what is read.
 */
export function findSchemaErrors(manifest: Manifest): string[] {
  const data = JSON.parse(JSON.stringify(manifest.toJSON())) as object;
  const reads = new Map<object, Reads>();
  const { validate } = Object.getPrototypeOf(manifest) as Manifest;
  try {
    validate.call(record(data, reads) as Manifest);
  } catch (error) {
    return [(error as Error).message];
  }
  return findUnread(data, reads, '');
}

function record(target: object, reads: Map<object, Reads>): object {
  const seen: Reads = reads.get(target) ?? { keys: new Set(), enumerated: false };
  reads.set(target, seen);
  return new Proxy(target, {
    get: (object, key, receiver) => {
      const value = Reflect.get(object, key, receiver);
      if (typeof key === 'string') seen.keys.add(key);
      return typeof value === 'object' && value !== null ? record(value, reads) : value;
    },
    ownKeys: (object) => {
      seen.enumerated = true;
      return Reflect.ownKeys(object);
    },
  });
}

function findUnread(data: object, reads: Map<object, Reads>, path: string): string[] {
  const seen = reads.get(data);
  // Nothing read inside: the schema has no properties here and allows any value.
  if (!seen || (seen.keys.size === 0 && !seen.enumerated)) return [];
  return Object.entries(data).flatMap(([key, value]) => {
    const here = `${path}/${key}`;
    if (!Array.isArray(data) && !seen.enumerated && !seen.keys.has(key)) return [`${here} is no field`];
    return typeof value === 'object' && value !== null ? findUnread(value as object, reads, here) : [];
  });
}
