/**
 * The feed of recent orders: a capped Redis stream to which the API and the processors append what becomes of orders, and
 * which the operations service follows. Lossy: the orders table is the truth.
 */
import { z } from 'zod';
import { ORDER_STATUSES, type OrderItem, type OrderReason, type OrderStatus } from './orders.js';

/** Key of the stream. Each entry has one field, `e`, with what `encodeFeedEntry` returns. */
export const ORDER_FEED_KEY = 'orders:feed';

/** Entries that the stream keeps: about 10,000 orders of three entries each. */
export const ORDER_FEED_LENGTH = 30_000;

/** An order that SQS has taken. */
export interface PlacedEntry {
  readonly order_id: string;
  readonly user_id: string;
  /** In the minor unit of `currency`. */
  readonly amount: number;
  readonly currency: string;
  readonly items: readonly OrderItem[];
  /** ISO 8601 in UTC with milliseconds. */
  readonly created_at: string;
  readonly request_id?: string | undefined;
  readonly trace_id?: string | undefined;
}

/** A status that an order took. */
export interface StatusEntry {
  readonly order_id: string;
  readonly status: Exclude<OrderStatus, 'PENDING'>;
  readonly reason?: OrderReason | undefined;
  /** Time of the change, epoch milliseconds. */
  readonly at: number;
  /** Time of acceptance, ISO 8601, where the writer knows it. */
  readonly created_at?: string | undefined;
  readonly attempt?: number | undefined;
}

/** An entry of the feed. */
export type FeedEntry = PlacedEntry | StatusEntry;

/** Returns true for a status that an order took, false for a placed order. */
export function isStatusEntry(entry: FeedEntry): entry is StatusEntry {
  return 'status' in entry;
}

/** Returns the text of an entry. */
export function encodeFeedEntry(entry: FeedEntry): string {
  return JSON.stringify(entry);
}

const StatusEntrySchema: z.ZodType<StatusEntry> = z.object({
  order_id: z.string(),
  status: z.enum(ORDER_STATUSES).exclude(['PENDING']),
  reason: z
    .string()
    .transform((reason) => reason as OrderReason)
    .optional(),
  at: z.number(),
  created_at: z.string().optional(),
  attempt: z.number().optional(),
});

const PlacedEntrySchema: z.ZodType<PlacedEntry> = z.object({
  order_id: z.string(),
  user_id: z.string(),
  amount: z.number(),
  currency: z.string(),
  items: z.array(z.object({ sku: z.string(), quantity: z.number() })),
  created_at: z.string(),
  request_id: z.string().optional(),
  trace_id: z.string().optional(),
});

const FeedEntrySchema = z.union([StatusEntrySchema, PlacedEntrySchema]);

/** Returns the entry of a text; undefined when it is none that is known here. */
export function decodeFeedEntry(text: string): FeedEntry | undefined {
  try {
    const { success, data } = FeedEntrySchema.safeParse(JSON.parse(text));
    return success ? data : undefined;
  } catch {
    return undefined;
  }
}
