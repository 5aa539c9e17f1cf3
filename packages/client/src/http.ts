/** One HTTP call with token, time limit, retries and problem translation. */
import { OrderClientError, OrderConnectionError, toApiError } from './errors.js';
import { decideRetry, parseRetryAfter, type RetryOptions } from './retry.js';
import type { Problem } from './types.js';

/**
 * Supplies the bearer token. `refresh` is true after the API refused the last token with 401: return a new one then.
 */
export type TokenProvider = (request: { readonly refresh: boolean }) => string | Promise<string>;

/** Options of an `OrderClient`. */
export interface OrderClientOptions {
  /** Address of the API, such as `https://orders.example.com`. */
  readonly baseUrl: string;
  /** Bearer token, or a function that supplies it. Calls with a poll URL need none. */
  readonly token?: string | TokenProvider;
  /** Time limit of one try in milliseconds, without the time that `Prefer: wait` requests. Default 10,000. */
  readonly timeoutMs?: number;
  /** Retries of one call after the first try. Default 4. */
  readonly maxRetries?: number;
  /** Upper bound of the first retry delay in milliseconds; it doubles each time. Default 250. */
  readonly baseDelayMs?: number;
  /** Longest retry delay in milliseconds; a longer `Retry-After` fails at once. Default 30,000. */
  readonly maxDelayMs?: number;
  /** Replaces the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** One request. */
export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly url: URL;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: unknown;
  /** Sends the bearer token. */
  readonly authenticated?: boolean;
  /** Added to the time limit of each try, in milliseconds. */
  readonly extraTimeMs?: number;
  /** Without a time limit: event streams end by themselves. */
  readonly unlimited?: boolean;
  readonly signal?: AbortSignal | undefined;
}

/** Sends requests for one client. */
export class HttpClient {
  readonly #fetch: typeof fetch;
  readonly #token: TokenProvider | undefined;
  readonly #timeoutMs: number;
  readonly #retry: RetryOptions;

  constructor(options: OrderClientOptions) {
    const { token, timeoutMs = 10_000, maxRetries = 4, baseDelayMs = 250, maxDelayMs = 30_000 } = options;
    this.#fetch = options.fetch ?? ((input, init) => globalThis.fetch(input, init));
    this.#token = typeof token === 'string' ? () => token : token;
    this.#timeoutMs = timeoutMs;
    this.#retry = { maxRetries, baseDelayMs, maxDelayMs };
  }

  /** Sends a request until it succeeds or the error is final; the body is not read. @throws {OrderClientError} */
  send(request: HttpRequest): Promise<Response> {
    return this.#repeat(request, (response) => response);
  }

  /** Sends a request and parses the JSON body of the response. @throws {OrderClientError} */
  json<T>(request: HttpRequest): Promise<T> {
    return this.#repeat(request, (response) => readJson<T>(response, request));
  }

  async #repeat<T>(request: HttpRequest, read: (response: Response) => T | Promise<T>): Promise<T> {
    let refreshed = false;
    for (let retries = 0; ; retries++) {
      try {
        return await read(await this.#try(request, refreshed));
      } catch (error) {
        if (!(error instanceof OrderClientError)) throw error;
        if (error.name === 'UnauthenticatedError' && request.authenticated && !refreshed) {
          refreshed = true;
          continue;
        }
        const delayMs = decideRetry(error, retries, this.#retry, Math.random());
        if (delayMs === undefined) throw error;
        await sleep(delayMs, request.signal);
      }
    }
  }

  async #try(request: HttpRequest, refresh: boolean): Promise<Response> {
    const headers: Record<string, string> = { ...request.headers };
    if (request.authenticated && this.#token)
      headers.authorization = `Bearer ${await this.#token({ refresh })}`;
    if (request.body !== undefined) headers['content-type'] = 'application/json';
    const response = await this.#answer(request, headers);
    if (response.ok) return response;
    const retryAfterMs = parseRetryAfter(response.headers.get('retry-after'), Date.now());
    throw toApiError(await readProblem(response, request.url), retryAfterMs);
  }

  async #answer(request: HttpRequest, headers: Record<string, string>): Promise<Response> {
    const limit = request.unlimited
      ? undefined
      : AbortSignal.timeout(this.#timeoutMs + (request.extraTimeMs ?? 0));
    const signals = [limit, request.signal].filter((signal) => signal !== undefined);
    try {
      return await this.#fetch(request.url, {
        method: request.method,
        headers,
        ...(request.body !== undefined && { body: JSON.stringify(request.body) }),
        ...(signals.length > 0 && { signal: AbortSignal.any(signals) }),
      });
    } catch (cause) {
      request.signal?.throwIfAborted();
      throw new OrderConnectionError(`no answer from ${request.url.origin}`, { cause });
    }
  }
}

/** Waits. @throws the signal's reason when it is aborted. */
export function sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      clearTimeout(timer);
      reject(signal?.reason);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, delayMs);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}

/** Parses a body. One that is cut off, late or no JSON leaves the outcome unknown, as no response does. */
async function readJson<T>(response: Response, { signal, url }: HttpRequest): Promise<T> {
  try {
    return (await response.json()) as T;
  } catch (cause) {
    signal?.throwIfAborted();
    throw new OrderConnectionError(`no complete answer from ${url.origin}`, { cause });
  }
}

async function readProblem(response: Response, url: URL): Promise<Problem> {
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  const body = isProblem
    ? ((await response.json().catch(() => undefined)) as Problem | undefined)
    : undefined;
  if (body) return body;
  await response.body?.cancel();
  return {
    type: 'about:blank',
    title: response.statusText || 'HTTP error',
    status: response.status,
    detail: 'the answer carries no problem details',
    instance: url.pathname,
    request_id: response.headers.get('x-request-id') ?? '',
  };
}
