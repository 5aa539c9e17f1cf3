/** An HTTP server that answers from a script and records the requests. */
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** One response: status, body and headers; `hang` never responds, `reset` closes the connection, and `cut` does so within the body. */
export type ScriptedAnswer =
  | 'hang'
  | 'reset'
  | 'cut'
  | {
      readonly status: number;
      readonly body?: unknown;
      /** Raw text instead of JSON. */
      readonly text?: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

/** A recorded request. */
export interface RecordedRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** Serves the responses of a script in their order; the last one repeats. */
export class ScriptedApi {
  readonly requests: RecordedRequest[] = [];
  readonly #server: Server;
  #answers: ScriptedAnswer[] = [];

  private constructor() {
    this.#server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      this.requests.push({
        method: request.method ?? '',
        url: request.url ?? '',
        headers: request.headers,
        body,
      });
      const answer = this.#answers.length > 1 ? this.#answers.shift() : this.#answers[0];
      if (answer === undefined || answer === 'hang') return;
      if (answer === 'reset') {
        request.socket.destroy();
        return;
      }
      if (answer === 'cut') {
        response.writeHead(202, { 'content-type': 'application/json', 'content-length': '100' });
        response.write('{"order_id":', () => request.socket.destroy());
        return;
      }
      const isProblem = answer.status >= 400 && answer.body !== undefined;
      response.writeHead(answer.status, {
        'content-type': isProblem ? 'application/problem+json' : 'application/json',
        ...answer.headers,
      });
      response.end(answer.text ?? (answer.body === undefined ? undefined : JSON.stringify(answer.body)));
    });
  }

  /** Starts a server on a free port of the loopback interface. */
  static async start(): Promise<ScriptedApi> {
    const api = new ScriptedApi();
    await new Promise<void>((resolve) => api.#server.listen(0, '127.0.0.1', resolve));
    return api;
  }

  /** Replaces the script and forgets the recorded requests. */
  script(...answers: ScriptedAnswer[]): void {
    this.#answers = answers;
    this.requests.length = 0;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** A problem document. */
export function problem(status: number, type = 'about:blank', extra: Record<string, unknown> = {}) {
  return {
    status,
    type,
    title: 'Problem',
    detail: 'a problem',
    instance: '/orders',
    request_id: 'r-1',
    ...extra,
  };
}
