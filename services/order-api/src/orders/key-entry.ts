/** Entries of idempotency keys in Redis: versioned text, validated when it is read. */
import { z } from 'zod';
import type { KeyEntry } from './decide/idempotency.js';
import type { AcceptedOrder } from './models.js';

/** Version of the format. Entries of other versions are unreadable, and an unreadable entry counts as absent. */
const VERSION = 1;

const ANSWER = z.object({
  order_id: z.uuid(),
  status: z.literal('PENDING'),
  poll_url: z.url(),
  requested_at: z.iso.datetime(),
});

const FINGERPRINT = z.string().min(1);

const ENTRY = z.discriminatedUnion('state', [
  z.object({ state: z.literal('running'), fingerprint: FINGERPRINT, until: z.int() }),
  z.object({ state: z.literal('unknown'), fingerprint: FINGERPRINT }),
  z.object({ state: z.literal('done'), fingerprint: FINGERPRINT, answer: ANSWER }),
]);

/** The entry of an order's key. */
export type OrderKeyEntry = KeyEntry<AcceptedOrder>;

/** Returns an entry as text. It starts with `toEntryPrefix(entry.fingerprint)`. */
export function encodeEntry({ fingerprint, ...rest }: OrderKeyEntry): string {
  return JSON.stringify({ v: VERSION, fingerprint, ...rest });
}

/** Returns the text that every entry of `fingerprint`, and no other, starts with. */
export function toEntryPrefix(fingerprint: string): string {
  return JSON.stringify({ v: VERSION, fingerprint }).slice(0, -1);
}

/** Returns the entry of a text, or `undefined` when it is unreadable. */
export function decodeEntry(text: string): OrderKeyEntry | undefined {
  try {
    const value = JSON.parse(text);
    return value?.v === VERSION ? ENTRY.safeParse(value).data : undefined;
  } catch {
    return undefined;
  }
}
