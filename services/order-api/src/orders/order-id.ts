/** Order ids. */
import { RandomPool } from '@order-pipeline/platform/random-pool';
import { v5 as uuidv5, v7 as uuidv7 } from 'uuid';

/** The namespace (RFC 9562, section 5.5) of ids that are derived from an idempotency key. */
const IDEMPOTENT_ORDERS = 'b7d1f5a0-6c0e-4e57-9a55-3f0d8f0c2b19';

/**
 * Returns a new id, or with an idempotency key the id derived from this user's key: a retry is the same order even when
 * all other state of the first try is lost. `createId` makes the new ids: UUIDv7 by default.
 */
export function createOrderId(
  userId: string,
  idempotencyKey?: string,
  createId: () => string = createTimeOrderedId,
): string {
  return idempotencyKey === undefined
    ? createId()
    : uuidv5(JSON.stringify([userId, idempotencyKey]), IDEMPOTENT_ORDERS);
}

const random = new RandomPool();
const ID_BYTES = 16;

/** Returns a new UUIDv7: ids of different milliseconds sort by time. */
function createTimeOrderedId(): string {
  return uuidv7({ random: random.take(ID_BYTES) });
}
