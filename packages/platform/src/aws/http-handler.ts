/**
 * HTTP for the clients of the AWS SDK, on undici's pools of connections: a request takes half the CPU time that it takes on
 * node:http. Errors are those of the SDK's own handler, by which its retries recognize them.
 */
import type { HttpResponse } from '@smithy/core/protocols';
import { Pool } from 'undici';
import type { DateObserver } from '../skew/date-observer.js';
import { Exchange, type OutgoingRequest } from './http-exchange.js';

/** Options of the handler. */
export interface PooledHttpOptions {
  /** Time until a connection is open, in milliseconds. */
  readonly connectionTimeoutMs: number;
  /** Time until a response has arrived as a whole, in milliseconds; 0 for no limit. */
  readonly requestTimeoutMs: number;
  /** Connections to one host, at most. Further requests wait for one. */
  readonly maxSockets: number;
  readonly dates?: DateObserver | undefined;
}

/** Options of one request. The SDK's type of a signal is a part of node's. */
export interface HttpCallOptions {
  readonly abortSignal?: object | undefined;
  /** Milliseconds, in place of the handler's. */
  readonly requestTimeout?: number | undefined;
}

/** Time for which an idle connection is kept, in milliseconds: AWS closes its end later. */
const KEPT_FOR_MS = 10_000;

/** Sends requests of SDK clients and of lean calls. */
export class PooledHttpHandler {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  readonly #options: PooledHttpOptions;
  readonly #pools = new Map<string, Pool>();

  constructor(options: PooledHttpOptions) {
    this.#options = options;
  }

  /**
   * Resolves with the response, whose body is a Buffer. Rejects with a TimeoutError, an AbortError, or the error of the
   * connection.
   */
  handle(request: OutgoingRequest, options: HttpCallOptions = {}): Promise<{ response: HttpResponse }> {
    const { requestTimeoutMs, connectionTimeoutMs, dates } = this.#options;
    const { requestTimeout: timeoutMs = requestTimeoutMs } = options;
    const abortSignal = options.abortSignal as AbortSignal | undefined;
    const sentAtMs = dates?.clock() ?? 0;
    return new Promise((resolve, reject) => {
      const done = (response: HttpResponse) => {
        if (dates) reportDate(dates, sentAtMs, response.headers.date);
        resolve({ response });
      };
      const exchange = new Exchange(done, reject, { timeoutMs, connectionTimeoutMs, abortSignal });
      if (exchange.ended) return;
      const { method, headers, body } = request;
      const path = toPath(request);
      this.#poolOf(request).dispatch(
        { path, method: method as 'POST', headers, body: body ?? null },
        exchange,
      );
    });
  }

  /** Closes all connections. */
  destroy(): void {
    for (const pool of this.#pools.values()) void pool.destroy();
    this.#pools.clear();
  }

  /** Part of the SDK's interface; the options of this handler do not change. */
  updateHttpClientConfig(): void {}

  /** Part of the SDK's interface. */
  httpHandlerConfigs(): object {
    return {};
  }

  #poolOf({ protocol, hostname, port }: OutgoingRequest): Pool {
    const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
    const known = this.#pools.get(origin);
    if (known) return known;
    const pool = new Pool(origin, {
      connections: this.#options.maxSockets,
      pipelining: 1,
      keepAliveTimeout: KEPT_FOR_MS,
      connectTimeout: this.#options.connectionTimeoutMs,
      // One timer for each request, which ends all of it, takes their place.
      headersTimeout: 0,
      bodyTimeout: 0,
    });
    this.#pools.set(origin, pool);
    return pool;
  }
}

function toPath({ path, query }: OutgoingRequest): string {
  const fields = Object.entries(query ?? {}).flatMap(([name, value]) =>
    [value ?? ''].flat().map((each) => `${encodeURIComponent(name)}=${encodeURIComponent(each)}`),
  );
  return fields.length > 0 ? `${path}?${fields.join('&')}` : path;
}

function reportDate({ clock, onResponse }: DateObserver, sentAtMs: number, date = ''): void {
  const dateMs = Date.parse(date);
  if (!Number.isNaN(dateMs)) onResponse({ sentAtMs, receivedAtMs: clock(), dateMs });
}
