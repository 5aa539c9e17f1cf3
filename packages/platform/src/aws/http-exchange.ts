/** One request and its response on a connection of undici. */
import type { IncomingHttpHeaders } from 'node:http';
import { HttpResponse } from '@smithy/core/protocols';
import type { Dispatcher } from 'undici';
import { toAbortError, toConnectionError, toTimeoutError } from './http-errors.js';

/** A request as the SDK passes it. */
export interface OutgoingRequest {
  readonly protocol: string;
  readonly hostname: string;
  readonly port?: number | undefined;
  readonly method: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string | readonly string[] | null>> | undefined;
  readonly headers: Record<string, string>;
  readonly body?: string | Uint8Array | undefined;
}

/** Limits of one exchange. */
export interface ExchangeOptions {
  readonly abortSignal: AbortSignal | undefined;
  readonly timeoutMs: number;
  readonly connectionTimeoutMs: number;
}

/** Collects the response. Calls back once. */
export class Exchange implements Dispatcher.DispatchHandler {
  readonly #resolve: (response: HttpResponse) => void;
  readonly #reject: (error: Error) => void;
  readonly #options: ExchangeOptions;
  readonly #timer: NodeJS.Timeout | undefined;
  #controller: Dispatcher.DispatchController | undefined;
  #statusCode = 0;
  #headers: IncomingHttpHeaders = {};
  readonly #chunks: Buffer[] = [];
  /** True once the caller has its response or error. */
  ended = false;

  constructor(
    resolve: (response: HttpResponse) => void,
    reject: (error: Error) => void,
    options: ExchangeOptions,
  ) {
    this.#resolve = resolve;
    this.#reject = reject;
    this.#options = options;
    const { abortSignal, timeoutMs } = options;
    if (abortSignal?.aborted) {
      this.#onAbort();
      return;
    }
    abortSignal?.addEventListener('abort', this.#onAbort, { once: true });
    if (timeoutMs > 0) this.#timer = setTimeout(() => this.#fail(toTimeoutError(timeoutMs)), timeoutMs);
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.#controller = controller;
    // It ended while it waited for a connection.
    if (this.ended) controller.abort(new Error('The request is over'));
  }

  onResponseStart(_: Dispatcher.DispatchController, status: number, headers: IncomingHttpHeaders): void {
    this.#statusCode = status;
    this.#headers = headers;
  }

  onResponseData(_: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    if (!this.#end()) return;
    const [first = Buffer.alloc(0), ...more] = this.#chunks;
    this.#resolve(
      new HttpResponse({
        statusCode: this.#statusCode,
        headers: toSingle(this.#headers),
        body: more.length === 0 ? first : Buffer.concat(this.#chunks),
      }),
    );
  }

  onResponseError(_: Dispatcher.DispatchController, error: Error): void {
    if (this.#end()) this.#reject(toConnectionError(error, this.#options.connectionTimeoutMs));
  }

  readonly #onAbort = () => this.#fail(toAbortError(this.#options.abortSignal?.reason));

  #fail(error: Error): void {
    if (!this.#end()) return;
    this.#reject(error);
    this.#controller?.abort(error);
  }

  #end(): boolean {
    if (this.ended) return false;
    this.ended = true;
    clearTimeout(this.#timer);
    this.#options.abortSignal?.removeEventListener('abort', this.#onAbort);
    return true;
  }
}

/** Joins the values of repeated fields, as the SDK does. */
function toSingle(headers: IncomingHttpHeaders): Record<string, string> {
  for (const name in headers) {
    const value = headers[name];
    if (Array.isArray(value)) headers[name] = value.join(',');
  }
  return headers as Record<string, string>;
}
