/** Named secrets that can be rotated: the first makes new signatures, all of them verify. */

import { createSecretKey, type KeyObject } from 'node:crypto';

/** A secret under a name that travels with what it signed. */
export interface SecretKey {
  readonly id: string;
  readonly secret: string;
}

/** Key objects by key. Made of a string for each signature, an HMAC costs half as much again. */
const objects = new WeakMap<SecretKey, KeyObject>();

/** Returns the key as node's crypto functions take it fastest. */
export function toKeyObject(key: SecretKey): KeyObject {
  const known = objects.get(key);
  if (known) return known;
  const object = createSecretKey(Buffer.from(key.secret));
  objects.set(key, object);
  return object;
}

/** At least one key; the first signs. */
export type KeyRing = readonly [SecretKey, ...SecretKey[]];

/** The name of a key that was given without one. */
const UNNAMED_KEY_ID = 'default';

const NAMED_KEY = /^([A-Za-z0-9_-]{1,32}):([^:,]+)$/;

/** Reads `id:secret,id:secret`, or one bare secret. Returns `undefined` if it is neither or names a key twice. */
export function parseKeyRing(text: string): KeyRing | undefined {
  if (!/[:,]/.test(text)) return text === '' ? undefined : [{ id: UNNAMED_KEY_ID, secret: text }];
  const keys: SecretKey[] = [];
  for (const part of text.split(',')) {
    const [, id, secret] = NAMED_KEY.exec(part.trim()) ?? [];
    if (id === undefined || secret === undefined || findKey(keys, id)) return undefined;
    keys.push({ id, secret });
  }
  const [first, ...rest] = keys;
  return first && [first, ...rest];
}

/** The key of that name. */
export function findKey(keys: readonly SecretKey[], id: string): SecretKey | undefined {
  return keys.find((key) => key.id === id);
}
