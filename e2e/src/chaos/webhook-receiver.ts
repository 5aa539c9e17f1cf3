/** A merchant's endpoint that fails half of the time, and verifies what it accepts as any other receiver would. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { LOOPBACK } from '@order-pipeline/local/emulators';
import { Webhook } from 'standardwebhooks';
import type { WebhookDeliveries } from './history.js';
import type { Random } from './random.js';

/** Maximum number of consecutive failures of one event: deliveries fail for good after eleven attempts. */
const FAILURES_MAX = 4;

/** An endpoint on a free port. */
export class WebhookReceiver {
  readonly #server: Server;
  readonly #random: Random;
  readonly #accepted = new Set<string>();
  readonly #failures = new Map<string, number>();
  #forged = 0;
  #webhook: Webhook | undefined;

  constructor(random: Random) {
    this.#random = random;
    this.#server = createServer((request, response) => {
      this.#receive(request, response).catch(() => response.destroy());
    });
  }

  /** Starts to listen, and returns the endpoint's URL. */
  async start(): Promise<string> {
    this.#server.listen(0, LOOPBACK);
    await once(this.#server, 'listening');
    return `http://${LOOPBACK}:${(this.#server.address() as AddressInfo).port}/webhooks`;
  }

  /** Sets the signing secret, which the registration returned. */
  use(secret: string): void {
    this.#webhook = new Webhook(secret);
  }

  /** The deliveries so far. */
  get deliveries(): WebhookDeliveries {
    return { accepted: [...this.#accepted], forged: this.#forged };
  }

  /** Requests that were answered with an error. */
  get failed(): number {
    return [...this.#failures.values()].reduce((sum, count) => sum + count, 0);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await text(request);
    const id = String(request.headers['webhook-id']);
    const failures = this.#failures.get(id) ?? 0;
    if (failures < FAILURES_MAX && this.#random() < 0.5) {
      this.#failures.set(id, failures + 1);
      response.writeHead(500).end();
      return;
    }
    if (this.#isGenuine(body, request)) this.#accepted.add(id);
    else this.#forged += 1;
    response.writeHead(204).end();
  }

  #isGenuine(body: string, { headers }: IncomingMessage): boolean {
    try {
      this.#webhook?.verify(body, headers as Record<string, string>);
      return this.#webhook !== undefined;
    } catch {
      return false;
    }
  }
}
