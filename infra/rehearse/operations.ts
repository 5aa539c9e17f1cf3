/** The operators' API of the running tasks: its login, its roles, and a change of every kind through the role of its task. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Issuer } from './issuer.ts';
import type { RegisteredTask } from './tasks.ts';

/** Options of the trial. */
export interface OperationsTrialOptions {
  /** Base URL of the console. */
  readonly url: string;
  readonly issuer: Issuer;
  readonly registered: RegisteredTask;
  readonly user: string;
  /** Places an order that no worker gets to, and returns its id. */
  readonly place: () => Promise<string>;
  /** Moves the order's message to the dead-letter queue. */
  readonly deadLetter: (orderId: string) => Promise<void>;
}

/** A message of the API in JSON. */
type Message = Readonly<Record<string, unknown>>;

type Call = (
  method: string,
  request: Message,
) => Promise<{ readonly status: number; readonly body: Message }>;

const SERVICE = 'operations.v1.OperationsService';

/** Length of the envelope of a streamed message: flags, and the size of the message. */
const ENVELOPE_BYTES = 5;

/** Tries the API as nobody, a viewer and an operator. Returns what was seen. */
export async function tryOperations(options: OperationsTrialOptions): Promise<string[]> {
  const { url, issuer, registered } = options;
  const { OIDC_ROLES_CLAIM: claim = 'roles', OIDC_CLIENT_ID: client = '' } = registered.environment;
  const as = (role: string): Call => callWith(url, issuer.token(role, claim, client));
  await expectLogin(url, registered);
  expectStatus('a caller without a token', 401, await callWith(url, undefined)('ListStock', {}));
  await look(options, as('viewer'));
  await change(options, as('operator'), issuer.token('operator', claim, client));
  return ['CONSOLE_LOGIN', 'CONSOLE_READ', 'CONSOLE_CHANGE'];
}

/** The login leads to the issuer, and back to the host name of the console. */
async function expectLogin(url: string, { environment }: RegisteredTask): Promise<void> {
  const response = await fetch(`${url}/auth/login`, { redirect: 'manual' });
  const location = new URL(response.headers.get('location') ?? 'http://nowhere');
  const [challenge, back] = ['code_challenge_method', 'redirect_uri'].map((name) =>
    location.searchParams.get(name),
  );
  const expected = `${environment.PUBLIC_BASE_URL}/auth/callback`;
  if (
    challenge !== 'S256' ||
    back !== expected ||
    !/__Host-/.test(String(response.headers.get('set-cookie')))
  )
    throw new Error(`The login answered ${response.status} ${location}, not one that returns to ${expected}`);
}

async function look({ url, user, issuer, registered }: OperationsTrialOptions, call: Call): Promise<void> {
  const read = async (method: string, request: Message): Promise<Message> => {
    const answer = await call(method, request);
    expectStatus(method, 200, answer);
    return answer.body;
  };
  const { orders = [] } = (await read('ListOrders', { userId: user })) as { orders?: { orderId: string }[] };
  if (orders.length === 0) throw new Error(`ListOrders knows no order of ${user}`);
  for (const { orderId } of orders.slice(0, 3)) await read('GetOrder', { orderId });
  await read('ListOrders', { query: orders[0]?.orderId ?? '' });
  await read('ListStock', {});
  await read('ListDeadLetters', {});
  expectStatus(
    'a viewer who restocks',
    403,
    await call('Restock', { sku: 'MUG-01', quantity: '1', deliveryId: 'no' }),
  );
  const { OIDC_ROLES_CLAIM: claim = 'roles', OIDC_CLIENT_ID: client = '' } = registered.environment;
  const [snapshot] = await stream(url, issuer.token('viewer', claim, client), 'WatchPipeline', {}, 1);
  const { queueVisible, services = [] } = snapshot as { queueVisible?: number; services?: Health[] };
  const ready = services.filter((service) => service.ready).map(({ name }) => name);
  if (queueVisible === undefined || !['order-api', 'scoring', 'redis'].every((name) => ready.includes(name)))
    throw new Error(`WatchPipeline shows ${JSON.stringify(snapshot)}`);
}

interface Health {
  readonly name: string;
  readonly ready?: boolean;
}

async function change(options: OperationsTrialOptions, call: Call, token: string): Promise<void> {
  const { url, place, deadLetter } = options;
  const run = async (method: string, request: Message) => {
    const answer = await call(method, request);
    expectStatus(method, 200, answer);
  };
  await run('Restock', { sku: 'MUG-01', quantity: '5', deliveryId: 'rehearsal' });
  const cancelled = await place();
  await untilKnown(call, cancelled);
  await run('CancelOrder', { orderId: cancelled, reason: 'rehearsed' });
  const failed = await place();
  await deadLetter(failed);
  await run('FailDeadLetter', { id: failed, reason: 'rehearsed' });
  const redriven = await place();
  await deadLetter(redriven);
  const progress = await stream(url, token, 'RedriveDeadLetters', { ids: [redriven] });
  const last = progress.at(-1) as { finished?: boolean; redriven?: number } | undefined;
  if (!last?.finished || last.redriven !== 1)
    throw new Error(`RedriveDeadLetters ended with ${JSON.stringify(last)}`);
}

/** Time in which the feed of orders shows a new one. */
const KNOWN_LIMIT_MS = 10_000;

/** Waits until the console knows an order that no worker has claimed: its feed is a moment behind the API. */
async function untilKnown(call: Call, orderId: string): Promise<void> {
  for (const end = Date.now() + KNOWN_LIMIT_MS; ; await sleep(200)) {
    const answer = await call('GetOrder', { orderId });
    if (answer.status === 200) return;
    if (Date.now() > end) expectStatus('GetOrder of a new order', 200, answer);
  }
}

function callWith(url: string, token: string | undefined): Call {
  return async (method, request) => {
    const response = await fetch(`${url}/${SERVICE}/${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(token && { authorization: `Bearer ${token}` }) },
      body: JSON.stringify(request),
    });
    const text = await response.text();
    return { status: response.status, body: text.startsWith('{') ? JSON.parse(text) : { text } };
  };
}

/** Calls a streaming method by Connect's protocol; returns its messages, at most `limit`. */
async function stream(
  url: string,
  token: string,
  method: string,
  request: Message,
  limit = Number.POSITIVE_INFINITY,
): Promise<Message[]> {
  const message = Buffer.from(JSON.stringify(request));
  const envelope = Buffer.alloc(ENVELOPE_BYTES);
  envelope.writeUInt32BE(message.length, 1);
  const aborter = new AbortController();
  const response = await fetch(`${url}/${SERVICE}/${method}`, {
    method: 'POST',
    headers: { 'content-type': 'application/connect+json', authorization: `Bearer ${token}` },
    body: Buffer.concat([envelope, message]),
    signal: aborter.signal,
  });
  const messages: Message[] = [];
  let rest = Buffer.alloc(0);
  for await (const chunk of response.body ?? []) {
    rest = Buffer.concat([rest, chunk as Uint8Array]);
    while (rest.length >= ENVELOPE_BYTES && rest.length >= ENVELOPE_BYTES + rest.readUInt32BE(1)) {
      const end = ENVELOPE_BYTES + rest.readUInt32BE(1);
      const body = JSON.parse(rest.subarray(ENVELOPE_BYTES, end).toString('utf8')) as Message;
      // The last envelope carries the outcome.
      if (((rest[0] ?? 0) & 2) === 0) messages.push(body);
      else if (body.error) throw new Error(`${method} ended with ${JSON.stringify(body.error)}`);
      rest = rest.subarray(end);
    }
    if (messages.length >= limit) break;
  }
  aborter.abort();
  return messages;
}

function expectStatus(
  what: string,
  status: number,
  answer: { readonly status: number; readonly body: Message },
) {
  if (answer.status !== status)
    throw new Error(`${what} got ${answer.status} in the place of ${status}: ${JSON.stringify(answer.body)}`);
}
