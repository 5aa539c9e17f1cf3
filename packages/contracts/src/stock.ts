/**
 * Holds of stock, their fencing tokens, and the keys of the items that have them, as services read and record them.
 *
 * A shard of a SKU has at most one hold for an order, under the order's id. Its value is the hold's token, such as
 * `2:1.kX3f9aQ0`: pieces, the attempt of the calling worker, and the try, which no other write ever uses again. Two
 * rules make the token a fence:
 *
 * - Nothing but the settlement of a final order removes a hold. So a token that any Reserve returned stays until then.
 * - Every removal names the whole token. A write that took effect late has another token, so its pieces are never sold.
 */

/** One hold, as decisions record it and settlements name it. */
export interface Hold {
  readonly sku: string;
  /** The shard of the SKU's stock that the pieces come from. */
  readonly shard: number;
  /** Fencing token. */
  readonly token: string;
  /** Pieces that the order needs of this hold; at most the pieces of the token. */
  readonly quantity: number;
}

/** The parts of a token. */
export interface Token {
  /** Pieces. */
  readonly quantity: number;
  /** Attempt of the calling worker; 0 for callers without attempts. */
  readonly attempt: number;
  /** Unique to one write. */
  readonly tryId: string;
}

const TOKEN = /^(?<quantity>\d{1,10}):(?<attempt>\d{1,10})\.(?<tryId>[\w-]{1,32})$/;

/** Returns a token as text. */
export function toToken({ quantity, attempt, tryId }: Token): string {
  return `${quantity}:${attempt}.${tryId}`;
}

/** Returns the parts of a token, or undefined when the text is none. */
export function parseToken(text: string): Token | undefined {
  const { quantity, attempt, tryId } = TOKEN.exec(text)?.groups ?? {};
  if (quantity === undefined || attempt === undefined || tryId === undefined) return undefined;
  return { quantity: Number(quantity), attempt: Number(attempt), tryId };
}

/** Returns the pieces of a token; 0 when the text is no token. */
export function piecesOf(token: string): number {
  return parseToken(token)?.quantity ?? 0;
}

/** Separates a SKU from the rest of its key. No SKU contains it. */
export const KEY_SEPARATOR = '#';

/** Returns the key of a shard's item. */
export function shardKey(sku: string, shard: number): string {
  return shard === 0 ? sku : `${sku}${KEY_SEPARATOR}${shard}`;
}

/** The SKU and the number of a shard. */
export interface ShardAddress {
  readonly sku: string;
  readonly shard: number;
}

/** Returns the address that a key names. */
export function parseShardKey(key: string): ShardAddress {
  const [sku = key, shard = '0'] = key.split(KEY_SEPARATOR);
  return { sku, shard: Number(shard) };
}
