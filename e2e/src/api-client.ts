/**
 * Raw calls of the REST API for the fault harness: no retries and no idempotency key unless one is given, so that every
 * answer, and every missing one, is recorded. Applications use packages/client.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

/** The body of an order. */
export interface NewOrder {
  readonly user_id: string;
  readonly amount: number;
  readonly items?: readonly { readonly sku: string; readonly quantity: number }[];
  readonly payment_method?: string;
}

/** The answer to an accepted order. */
export interface AcceptedOrder {
  readonly order_id: string;
  readonly status: 'PENDING';
  readonly poll_url: string;
}

/** An order as it is read. */
export interface ReadOrder {
  readonly order_id: string;
  readonly status: string;
  readonly reason?: string;
}

/** The API answered with a problem. */
export class ApiProblemError extends Error {
  override readonly name = 'ApiProblemError';

  readonly status: number;
  readonly body: unknown;

  constructor(status: number, body: unknown) {
    super(`the API answered ${status}: ${JSON.stringify(body)}`);
    this.status = status;
    this.body = body;
  }
}

/** Options of a request for an order. */
export interface PlaceOptions {
  readonly idempotencyKey?: string | undefined;
  /** `X-Request-ID`; a new one by default. */
  readonly requestId?: string;
}

/** A client of one API, which may run as several processes: requests go to them in turn. */
export class ApiClient {
  readonly #tokens = new Map<string, Promise<string>>();
  readonly #baseUrls: readonly string[];
  readonly #password: string | undefined;
  #calls = 0;

  /** `password` is sent with every login. */
  constructor(baseUrls: string | readonly string[], password?: string) {
    this.#baseUrls = [baseUrls].flat();
    this.#password = password;
  }

  /** An access token of the user, taken once. */
  token(userId: string): Promise<string> {
    const known = this.#tokens.get(userId);
    if (known) return known;
    const token = this.#call<{ access_token: string }>('POST', '/login', {
      user_id: userId,
      ...(this.#password !== undefined && { password: this.#password }),
    }).then(({ access_token }) => access_token);
    this.#tokens.set(userId, token);
    token.catch(() => this.#tokens.delete(userId));
    return token;
  }

  /** Places an order. Throws ApiProblemError, or what fetch throws when no answer came. */
  async place(order: NewOrder, options: PlaceOptions = {}): Promise<AcceptedOrder> {
    const { idempotencyKey, requestId = randomUUID() } = options;
    const token = await this.token(order.user_id);
    return this.#call('POST', '/orders', order, {
      authorization: `Bearer ${token}`,
      'x-request-id': requestId,
      ...(idempotencyKey && { 'idempotency-key': idempotencyKey }),
    });
  }

  /** Registers a webhook endpoint for the events of all orders, and returns its signing secret. */
  async registerWebhook(userId: string, url: string): Promise<string> {
    const authorization = `Bearer ${await this.token(userId)}`;
    const body = { url, scope: 'all' };
    return (await this.#call<{ secret: string }>('POST', '/webhook-endpoints', body, { authorization }))
      .secret;
  }

  /** Reads an order by its signed URL. */
  async read(pollUrl: string): Promise<ReadOrder> {
    const { pathname, search } = new URL(pollUrl);
    return this.#call('GET', pathname + search);
  }

  /** Cancels an order by its signed URL. Throws ApiProblemError 409 when it is decided already. */
  async cancel(pollUrl: string): Promise<ReadOrder> {
    const { pathname, search } = new URL(pollUrl);
    return this.#call('POST', `${pathname}/cancel${search}`);
  }

  /** Polls until the order is final. Throws when it is not after `timeoutMs`. */
  async untilFinal(pollUrl: string, timeoutMs = 30_000): Promise<ReadOrder> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const order = await this.read(pollUrl);
      if (order.status !== 'PENDING' && order.status !== 'PROCESSING') return order;
      if (Date.now() > deadline) throw new Error(`order ${order.order_id} is still ${order.status}`);
      await sleep(50);
    }
  }

  async #call<T>(
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<T> {
    const baseUrl = this.#baseUrls[this.#calls++ % this.#baseUrls.length];
    const response = await fetch(new URL(path, baseUrl), {
      method,
      headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(10_000),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new ApiProblemError(response.status, answer);
    return answer as T;
  }
}
