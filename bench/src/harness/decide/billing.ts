/**
 * Billing of requests by AWS. Prices: us-east-1, list, on demand, as of November 2025:
 * https://aws.amazon.com/sqs/pricing/, https://aws.amazon.com/dynamodb/pricing/on-demand/,
 * https://aws.amazon.com/sns/pricing/
 */

/** Bytes that SQS and SNS bill as one request. */
const CHUNK_BYTES = 65_536;

/** USD for a million of each, without the free tier and volume discounts. */
export const PRICES = {
  sqsRequest: 0.4,
  snsRequest: 0.5,
  writeUnit: 0.625,
  readUnit: 0.125,
} as const;

/** Returns the requests that a call of `bytes` is billed as. */
export function requestChunks(bytes: number): number {
  return Math.max(1, Math.ceil(bytes / CHUNK_BYTES));
}

/** The key attributes of an index entry, as one text. */
export type KeyValues = string;

/**
 * Returns the write units of an index that holds keys only: none when its entry stays as it is, one to add or remove an
 * entry, two to move it ("Write capacity for global secondary indexes" in the DynamoDB developer guide). Keys are far
 * below 1 KB.
 */
export function indexWriteUnits(before: KeyValues | undefined, after: KeyValues | undefined): number {
  if (before === after) return 0;
  return before === undefined || after === undefined ? 1 : 2;
}

/** Usage of orders. */
export interface BilledUsage {
  readonly sqsRequests: number;
  readonly snsRequests: number;
  readonly writeUnits: number;
  readonly readUnits: number;
}

/** Returns USD for a million orders when `orders` of them used this. */
export function usdPerMillionOrders(usage: BilledUsage, orders: number): number {
  const { sqsRequest, snsRequest, writeUnit, readUnit } = PRICES;
  const usd =
    usage.sqsRequests * sqsRequest +
    usage.snsRequests * snsRequest +
    usage.writeUnits * writeUnit +
    usage.readUnits * readUnit;
  return usd / orders;
}
