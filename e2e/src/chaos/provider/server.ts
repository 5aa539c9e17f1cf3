/** The payment provider on HTTP, in place of Stripe, with the behaviour that its API documents. */
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { LOOPBACK } from '@order-pipeline/local/emulators';
import { invalid, ProviderAccount } from './account.js';
import { openJournal, readJournal } from './journal.js';
import { LAPSE_PREFIX, LAPSES_PATH, Lapses } from './lapses.js';
import { answerCall, type Call } from './routes.js';

/** Options of the provider. */
export interface ProviderOptions {
  readonly port: number;
  readonly journalFile: string;
  /** Time that `pm_card_slow` takes, in milliseconds. */
  readonly slowMs: number;
}

/** A provider that listens. */
export interface Provider {
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts the provider. It continues from its journal. */
export async function startProvider({ port, journalFile, slowMs }: ProviderOptions): Promise<Provider> {
  const account = new ProviderAccount(readJournal(journalFile), openJournal(journalFile));
  const answered = new Set<string>();
  const lapses = new Lapses();
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  });

  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = await read(request);
    if (call.name === `POST ${LAPSES_PATH}`) {
      lapses.start(Number(call.params.get('for_ms')));
      response.end();
      return;
    }
    const method = call.params.get('payment_method');
    if (method === 'pm_card_slow') await sleep(slowMs);
    const isAllowed = /^Bearer rk_test_\w+$/.test(request.headers.authorization ?? '');
    const { status, body } = isAllowed ? answerCall(account, call) : invalid('api_key', 'Bad key', 401);
    if (call.name === 'POST /v1/payment_intents' && status === 200 && lapses.takes()) lapse(body);
    const isFirst = !answered.has(call.request);
    answered.add(call.request);
    // The first answer is lost: the caller waits for it until its own time limit.
    if (method === 'pm_card_timeout' && isFirst) return;
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  };

  /** Voids a payment that is approved, as the provider does by itself. */
  const lapse = (body: unknown): void => {
    const { id } = body as { readonly id: string };
    account.finish('voided', id, `${LAPSE_PREFIX}${id}`);
  };

  server.listen(port, LOOPBACK);
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    stop: async () => {
      server.close();
      server.closeAllConnections();
    },
  };
}

async function read(request: IncomingMessage): Promise<Call> {
  const url = new URL(request.url ?? '/', `http://${LOOPBACK}`);
  const form = new URLSearchParams(await text(request));
  return {
    name: `${request.method} ${url.pathname}`,
    params: new Map([...url.searchParams, ...form]),
    request: String(request.headers['idempotency-key'] ?? ''),
  };
}
