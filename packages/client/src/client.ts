/** The client of the order API. */
import { OrderApiError, OrderClientError, OrderTimeoutError } from './errors.js';
import { readEvents } from './event-stream.js';
import { HttpClient, type OrderClientOptions, sleep } from './http.js';
import { orderUrl } from './order-url.js';
import {
  type AcceptedOrder,
  isFinal,
  type NewOrder,
  type Order,
  type OrderFilter,
  type OrderPage,
  type OrderRef,
} from './types.js';

/** Options of a single call. */
export interface CallOptions {
  /** Aborts the call, its retries and its waiting. */
  readonly signal?: AbortSignal;
}

/** Options of `placeOrder`. */
export interface PlaceOrderOptions extends CallOptions {
  /**
   * Identifies the order across repeats: the same key of the same user is the same order. A random one by default, which
   * covers the retries of this call; pass your own (such as the id of the shopping cart) to be safe across restarts too.
   */
  readonly idempotencyKey?: string;
}

/** Options of `waitForOrder`. */
export interface WaitOptions extends CallOptions {
  /** Longest wait in milliseconds. Default 60,000. */
  readonly timeoutMs?: number;
}

/** Longest `Prefer: wait` that the API honours, in seconds. */
const LONGEST_WAIT_SECONDS = 20;

/** Delay before an event stream is opened again when the server set none, in milliseconds. */
const RECONNECT_MS = 2_000;

/** Number of consecutive failed streams without an event after which `watchOrder` rejects. */
const MAX_FAILED_STREAMS = 5;

/**
 * Places orders and follows them. Works in Node.js, browsers, Deno, Bun and workers.
 *
 * @example
 * const client = new OrderClient({ baseUrl: 'http://localhost:8000', token });
 * const accepted = await client.placeOrder({ user_id: 'u123', amount: 999 });
 * const order = await client.waitForOrder(accepted);
 * console.log(order.status);
 */
export class OrderClient {
  readonly #http: HttpClient;
  readonly #baseUrl: string;

  constructor(options: OrderClientOptions) {
    this.#http = new HttpClient(options);
    this.#baseUrl = options.baseUrl;
  }

  /**
   * Exchanges credentials for a bearer token.
   *
   * @example
   * const { access_token } = await client.login('u123');
   */
  async login(userId: string, password?: string): Promise<{ access_token: string; expires_in: number }> {
    const body = { user_id: userId, ...(password !== undefined && { password }) };
    return this.#http.json({ method: 'POST', url: this.#url('/login'), body });
  }

  /**
   * Places an order. Retries are safe: all tries carry one idempotency key.
   *
   * @throws {InvalidRequestError} when a field is invalid
   * @throws {OrderOutcomeUnknownError} when the order may or may not have been placed: follow its `pollUrl`
   * @throws {OrderConnectionError} when no try got a response; repeat with `error.idempotencyKey`
   */
  async placeOrder(order: NewOrder, options: PlaceOrderOptions = {}): Promise<AcceptedOrder> {
    const idempotencyKey = options.idempotencyKey ?? crypto.randomUUID();
    try {
      return await this.#http.json<AcceptedOrder>({
        method: 'POST',
        url: this.#url('/orders'),
        headers: { 'idempotency-key': idempotencyKey },
        body: order,
        authenticated: true,
        signal: options.signal,
      });
    } catch (error) {
      if (error instanceof OrderClientError) error.idempotencyKey = idempotencyKey;
      throw error;
    }
  }

  /**
   * Reads an order once.
   *
   * @throws {PollUrlExpiredError} when the poll URL has expired
   */
  async getOrder(ref: OrderRef, options: CallOptions = {}): Promise<Order> {
    return this.#http.json({ method: 'GET', ...this.#locate(ref), signal: options.signal });
  }

  /**
   * Waits until the order is final: one held request first (`Prefer: wait`), then the event stream.
   *
   * @throws {OrderTimeoutError} with the latest state when it is not final after `timeoutMs`
   */
  async waitForOrder(ref: OrderRef, { timeoutMs = 60_000, signal }: WaitOptions = {}): Promise<Order> {
    const deadline = Date.now() + timeoutMs;
    const waitSeconds = Math.min(LONGEST_WAIT_SECONDS, Math.floor(timeoutMs / 1_000));
    let order = await this.#http.json<Order>({
      method: 'GET',
      ...this.#locate(ref),
      ...(waitSeconds > 0 && { headers: { prefer: `wait=${waitSeconds}` } }),
      extraTimeMs: waitSeconds * 1_000,
      signal,
    });
    if (isFinal(order)) return order;
    const timeout = AbortSignal.timeout(Math.max(0, deadline - Date.now()));
    try {
      const either = signal ? AbortSignal.any([timeout, signal]) : timeout;
      for await (const next of this.watchOrder(ref, { signal: either })) order = next;
    } catch (error) {
      signal?.throwIfAborted();
      if (!timeout.aborted) throw error;
      throw new OrderTimeoutError(order);
    }
    return order;
  }

  /**
   * Yields each status of the order once, as soon as it is reached, and ends after the final one. Interrupted streams are
   * resumed.
   *
   * @example
   * for await (const { status } of client.watchOrder(accepted)) console.log(status);
   */
  async *watchOrder(ref: OrderRef, { signal }: CallOptions = {}): AsyncGenerator<Order, void, void> {
    const { url, authenticated } = this.#locate(ref, '/events');
    let lastId: string | undefined;
    let reconnectMs = RECONNECT_MS;
    for (let failed = 0; ; failed++) {
      try {
        const response = await this.#http.send({
          method: 'GET',
          url,
          authenticated,
          headers: { accept: 'text/event-stream', ...(lastId !== undefined && { 'last-event-id': lastId }) },
          unlimited: true,
          signal,
        });
        if (response.status === 204 || !response.body) return;
        for await (const event of readEvents(response.body)) {
          failed = 0;
          lastId = event.id ?? lastId;
          reconnectMs = event.retryMs ?? reconnectMs;
          const order = JSON.parse(event.data) as Order;
          yield order;
          if (isFinal(order)) return;
        }
      } catch (error) {
        signal?.throwIfAborted();
        if (error instanceof OrderApiError || failed >= MAX_FAILED_STREAMS) throw error;
      }
      await sleep(reconnectMs, signal);
    }
  }

  /**
   * Cancels an order that is not decided yet. Cancelling twice has the effect of cancelling once.
   *
   * @throws {OrderDecidedError} with the order when it is too late
   */
  async cancelOrder(ref: OrderRef, options: CallOptions = {}): Promise<Order> {
    return this.#http.json({ method: 'POST', ...this.#locate(ref, '/cancel'), signal: options.signal });
  }

  /**
   * Yields the caller's own orders, newest first, page by page as they are consumed.
   *
   * @example
   * for await (const order of client.listOrders({ status: 'COMPLETED' })) console.log(order.order_id);
   */
  async *listOrders(filter: OrderFilter = {}, options: CallOptions = {}): AsyncGenerator<Order, void, void> {
    let cursor: string | undefined;
    do {
      const url = this.#url('/orders');
      for (const [name, value] of Object.entries({ ...filter, cursor }))
        if (value !== undefined) url.searchParams.set(name, String(value));
      const page: OrderPage = await this.#http.json({
        method: 'GET',
        url,
        authenticated: true,
        signal: options.signal,
      });
      yield* page.orders;
      cursor = page.next_cursor;
    } while (cursor !== undefined);
  }

  #url(path: string): URL {
    return new URL(this.#baseUrl.replace(/\/+$/, '') + path);
  }

  #locate(ref: OrderRef, action = ''): { url: URL; authenticated: boolean } {
    const pollUrl = typeof ref === 'string' ? ref : ref.poll_url;
    const signed = orderUrl(pollUrl, action);
    return signed
      ? { url: signed, authenticated: false }
      : { url: this.#url(`/orders/${encodeURIComponent(pollUrl)}${action}`), authenticated: true };
  }
}
