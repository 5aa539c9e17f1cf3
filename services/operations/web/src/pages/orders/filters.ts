/** Filters of the orders page, as the address carries them. */
import type { OrderSummary } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { nameOfStatus, STATUS_NAMES, type StatusName } from '../../api/status.js';
import { toMs } from '../../api/times.js';

/** Spans that can be chosen, in milliseconds. */
export const SPANS = { '15m': 900_000, '1h': 3_600_000, '24h': 86_400_000, '7d': 604_800_000 } as const;

/** Name of a span. */
export type SpanName = keyof typeof SPANS;

/** Filters of the page. Empty strings and lists filter nothing. */
export interface OrderFilters {
  readonly query: string;
  readonly statuses: readonly StatusName[];
  readonly reason: string;
  readonly span: SpanName | '';
}

/** Reads the filters of an address; what it does not know is ignored. */
export function parseFilters(search: URLSearchParams): OrderFilters {
  const names = (search.get('status') ?? '').split(',');
  const span = search.get('since') ?? '';
  return {
    query: search.get('q')?.trim() ?? '',
    statuses: STATUS_NAMES.filter((name) => names.includes(name)),
    reason: search.get('reason') ?? '',
    span: Object.hasOwn(SPANS, span) ? (span as SpanName) : '',
  };
}

/** Writes filters as the query of an address; the defaults are left out. */
export function toSearch({ query, statuses, reason, span }: OrderFilters): string {
  const search = new URLSearchParams();
  if (query) search.set('q', query);
  if (statuses.length > 0) search.set('status', statuses.join(','));
  if (reason) search.set('reason', reason);
  if (span) search.set('since', span);
  return search.toString().replaceAll('%2C', ',');
}

/** Returns true when the list shows everything. */
export function isUnfiltered({ query, statuses, reason, span }: OrderFilters): boolean {
  return !query && statuses.length === 0 && !reason && !span;
}

/** Returns true when an order passes the filters. `now` in epoch milliseconds. */
export function matches(order: OrderSummary, filters: OrderFilters, now: number): boolean {
  const { query, statuses, reason, span } = filters;
  const status = nameOfStatus(order.status);
  if (statuses.length > 0 && (status === 'UNKNOWN' || !statuses.includes(status))) return false;
  if (reason && order.reason !== reason) return false;
  if (span && (toMs(order.createdAt) ?? 0) < now - SPANS[span]) return false;
  return !query || isNamed(order, query);
}

/** The search is for whole identifiers, as the service's is. */
function isNamed({ orderId, userId, requestId, traceId }: OrderSummary, query: string): boolean {
  return [orderId, userId, requestId, traceId].includes(query);
}
