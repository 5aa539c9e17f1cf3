/**
 * Signed URLs of one order: the holder may read and cancel that order until the URL expires, and needs no token.
 * The signature is HMAC-SHA256 (RFC 2104) over the order, the expiry and the name of the key.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { findKey, type KeyRing, type SecretKey, toKeyObject } from '../keys.js';

/** Parameters of a signed URL. */
export interface SignedParameters {
  /** Epoch seconds from which on the URL is refused. */
  readonly expires: string;
  /** Name of the key that signed. */
  readonly key_id: string;
  /** base64url, 43 characters. */
  readonly signature: string;
  /**
   * Fingerprint of the body that the URL was issued for, on orders placed with an Idempotency-Key: another body under the
   * key has the same order id.
   */
  readonly fingerprint?: string | undefined;
}

/** Verdict on a signed URL. */
export type SignatureVerdict = 'valid' | 'expired' | 'forged';

/** Signs the right to one order until `expires` (epoch seconds) with the ring's first key. */
export function signOrder(
  keys: KeyRing,
  orderId: string,
  expires: number,
  fingerprint?: string,
): SignedParameters {
  const [key] = keys;
  const text = String(expires);
  return {
    expires: text,
    key_id: key.id,
    signature: computeSignature(key, orderId, text, fingerprint),
    fingerprint,
  };
}

/** Checks a signature in time that does not depend on where it differs. Says expired only of what was signed here. */
export function verifyOrder(
  keys: KeyRing,
  orderId: string,
  { expires, key_id, signature, fingerprint }: SignedParameters,
  nowMs: number,
): SignatureVerdict {
  const key = findKey(keys, key_id);
  if (!key) return 'forged';
  const expected = Buffer.from(computeSignature(key, orderId, expires, fingerprint));
  const given = Buffer.from(signature);
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) return 'forged';
  return nowMs < Number(expires) * 1_000 ? 'valid' : 'expired';
}

/** The path and query of an order's signed URL. */
export function toSignedPath(orderId: string, parameters: SignedParameters): string {
  const { expires, key_id, signature, fingerprint } = parameters;
  const suffix = fingerprint === undefined ? '' : `&fingerprint=${fingerprint}`;
  return `/orders/${orderId}?expires=${expires}&key_id=${key_id}&signature=${signature}${suffix}`;
}

/** As JSON, so that no two sets of fields make the same text. */
function computeSignature(
  key: SecretKey,
  orderId: string,
  expires: string,
  fingerprint: string | undefined,
): string {
  const fields = ['order-url.v1', orderId, expires, key.id];
  return createHmac('sha256', toKeyObject(key))
    .update(JSON.stringify(fingerprint === undefined ? fields : [...fields, fingerprint]))
    .digest('base64url');
}
