/** The order API of the local stack, as a client calls it. */
import type { LabOrder } from './outcomes.js';

/** An order that the API accepted. */
export interface LabAccepted {
  readonly order_id: string;
  readonly poll_url: string;
  readonly requested_at: string;
  readonly requestId: string;
}

/** The API did not accept an order. */
class LabRefusedError extends Error {
  override readonly name = 'LabRefusedError';
}

/** Users who take turns: each has a quota of its own, and the fraud service counts the orders of each. */
const USERS = 25;

const TIMEOUT_MS = 10_000;

/** Longest wait for a quota, in milliseconds. */
const MAX_WAIT_MS = 30_000;

/** Calls the API. */
export class LabApi {
  readonly #baseUrl: string;
  readonly #tokens = new Map<string, Promise<string>>();
  #turn = 0;

  constructor(baseUrl: string) {
    this.#baseUrl = baseUrl;
  }

  /** Returns the user whose turn it is. */
  nextUser(): string {
    this.#turn += 1;
    return `lab-${String(this.#turn % USERS).padStart(2, '0')}`;
  }

  /** Places an order; waits where the API asks for it. @throws {LabRefusedError} */
  async place(order: LabOrder, signal: AbortSignal): Promise<LabAccepted> {
    const token = await this.#tokenOf(order.user_id);
    const response = await this.#post('/orders', order, signal, token);
    if (response.status === 202)
      return {
        ...((await response.json()) as Omit<LabAccepted, 'requestId'>),
        requestId: response.headers.get('x-request-id') ?? '',
      };
    if (response.status === 401) this.#tokens.delete(order.user_id);
    throw await refused(response);
  }

  /** Cancels an order. Too late is no error. */
  async cancel({ poll_url }: LabAccepted, signal: AbortSignal): Promise<void> {
    const url = new URL(poll_url);
    url.pathname += '/cancel';
    await this.#post(url.pathname + url.search, undefined, signal);
  }

  #tokenOf(userId: string): Promise<string> {
    const known = this.#tokens.get(userId);
    if (known) return known;
    const token = this.#login(userId);
    this.#tokens.set(userId, token);
    token.catch(() => this.#tokens.delete(userId));
    return token;
  }

  async #login(userId: string): Promise<string> {
    const response = await this.#post('/login', { user_id: userId }, AbortSignal.timeout(TIMEOUT_MS));
    if (!response.ok) throw await refused(response);
    const { access_token } = (await response.json()) as { readonly access_token: string };
    return access_token;
  }

  async #post(path: string, body: unknown, signal: AbortSignal, token?: string): Promise<Response> {
    const deadline = Date.now() + MAX_WAIT_MS;
    for (;;) {
      const response = await fetch(this.#baseUrl + path, {
        method: 'POST',
        headers: {
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...(token !== undefined && { authorization: `Bearer ${token}` }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
      }).catch((cause: unknown) => {
        throw new LabRefusedError('the API does not answer', { cause });
      });
      const waitMs = Number(response.headers.get('retry-after') ?? 0) * 1_000;
      if (response.status !== 429 || Date.now() + waitMs > deadline) return response;
      await response.arrayBuffer();
      await new Promise((resolve) => setTimeout(resolve, waitMs));
      signal.throwIfAborted();
    }
  }
}

async function refused(response: Response): Promise<LabRefusedError> {
  const { title = `status ${response.status}` } = (await response.json().catch(() => ({}))) as {
    title?: string;
  };
  return new LabRefusedError(`the API answered: ${title}`);
}
