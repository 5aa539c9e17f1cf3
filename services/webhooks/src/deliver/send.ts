/** Sends one HTTP request to an endpoint: no redirects, bounded in time and size, to public addresses only. */
import { lookup as resolve } from 'node:dns';
import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import {
  ForbiddenAddressError,
  findUrlProblem,
  isPublicAddress,
} from '@order-pipeline/platform/webhooks/public-address';

/** Options of a sender. */
export interface SenderOptions {
  /** Accepts `http:` and private addresses. For the stage `local` only. */
  readonly allowPrivate: boolean;
  /** Time limit of a request, connecting included, in milliseconds. */
  readonly timeoutMs: number;
  /** Bytes of a response body after which the connection is closed. */
  readonly maxResponseBytes: number;
  /** Connections to one host. */
  readonly maxSocketsPerHost: number;
  /** Resolves host names; `dns.lookup` by default. */
  readonly lookup?: LookupFunction;
}

/** Response of an endpoint. */
export interface SendResult {
  readonly status: number;
  /** From `Retry-After` in seconds, in milliseconds. */
  readonly retryAfterMs?: number;
}

/** Posts bodies to endpoints. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #http: HttpAgent;
  readonly #https: HttpsAgent;

  constructor(options: SenderOptions) {
    this.#options = options;
    const agent = {
      keepAlive: true,
      maxSockets: options.maxSocketsPerHost,
      maxFreeSockets: 2,
      timeout: 30_000,
    };
    this.#http = new HttpAgent(agent);
    this.#https = new HttpsAgent(agent);
  }

  /**
   * Posts a body. The addresses of the host are checked when the connection is made, so that a name which changes after
   * its registration is refused too.
   *
   * @throws {ForbiddenAddressError} when the host is not public
   * @throws {Error} when no complete response arrives in time
   */
  async post(url: string, headers: Readonly<Record<string, string>>, body: string): Promise<SendResult> {
    const problem = findUrlProblem(url, { ...this.#options, anyPort: true });
    if (problem) throw new ForbiddenAddressError(`the endpoint's URL ${problem}`);
    const signal = AbortSignal.timeout(this.#options.timeoutMs);
    return await new Promise<SendResult>((done, fail) => {
      const request = this.#open(new URL(url), headers, Buffer.byteLength(body), signal);
      request.once('error', (error) => fail(signal.aborted ? this.#timeout() : error));
      request.once('response', (response) => this.#read(response, signal, done, fail));
      request.end(body);
    });
  }

  /** Closes idle connections. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  #open(
    url: URL,
    headers: Readonly<Record<string, string>>,
    length: number,
    signal: AbortSignal,
  ): ClientRequest {
    const options = {
      method: 'POST',
      headers: { ...headers, 'content-length': String(length) },
      lookup: this.#lookup,
      signal,
    };
    return url.protocol === 'https:'
      ? httpsRequest(url, { ...options, agent: this.#https })
      : httpRequest(url, { ...options, agent: this.#http });
  }

  readonly #lookup: LookupFunction = (hostname, options, callback) => {
    const { lookup = resolve as LookupFunction, allowPrivate } = this.#options;
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '');
      const addresses = Array.isArray(found) ? found : [{ address: found, family: isIP(found) }];
      const forbidden = addresses.find(({ address }) => !allowPrivate && !isPublicAddress(address));
      const [first] = addresses;
      if (forbidden) callback(new ForbiddenAddressError(`${hostname} resolves to a private address`), '');
      else if (options.all) callback(null, addresses);
      else callback(null, first?.address ?? '', first?.family);
    });
  };

  #read(
    response: IncomingMessage,
    signal: AbortSignal,
    done: (result: SendResult) => void,
    fail: (error: Error) => void,
  ): void {
    let size = 0;
    response.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > this.#options.maxResponseBytes)
        response.destroy(new Error(`the answer is larger than ${this.#options.maxResponseBytes} bytes`));
    });
    response.once('end', () => done(toResult(response)));
    response.once('error', (error) => fail(signal.aborted ? this.#timeout() : error));
  }

  #timeout(): Error {
    return new Error(`no complete answer within ${this.#options.timeoutMs} ms`);
  }
}

function toResult({ statusCode = 0, headers }: IncomingMessage): SendResult {
  const retryAfter = headers['retry-after'];
  return {
    status: statusCode,
    ...(retryAfter && /^\d{1,9}$/.test(retryAfter) && { retryAfterMs: Number(retryAfter) * 1_000 }),
  };
}

/** Returns true for the statuses that accept a delivery: 2xx. */
export function isAccepted({ status }: SendResult): boolean {
  return status >= 200 && status < 300;
}
