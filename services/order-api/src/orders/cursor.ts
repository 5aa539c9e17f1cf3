/** Opaque cursors into a user's orders, newest first. */

/** The place of one order among its user's orders. */
export interface OrderPosition {
  readonly created_at: string;
  readonly order_id: string;
}

const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * Returns the cursor after an order. It names a position and grants no right: the user comes from the token, so an
 * altered cursor still lists only its user's orders.
 */
export function encodeCursor({ created_at, order_id }: OrderPosition): string {
  return Buffer.from(`${created_at} ${order_id}`).toString('base64url');
}

/** The place that a cursor names, or nothing if it is not a cursor. */
export function decodeCursor(cursor: string): OrderPosition | undefined {
  const [created_at = '', order_id = '', ...rest] = Buffer.from(cursor, 'base64url').toString().split(' ');
  const known = TIME.test(created_at) && UUID.test(order_id) && rest.length === 0;
  return known ? { created_at, order_id } : undefined;
}
