/** One client: posts until it has a definite response, cancels, polls, and records what it sees. */
import type { OrderStatus } from '@order-pipeline/contracts/orders';
import { isFinal } from '@order-pipeline/contracts/orders';
import type { World } from '../kernel/world.js';
import type { PostOutcome } from '../oracle/history.js';
import type { PlannedBody, PlannedClient } from '../plan/plan.js';
import { type ApiAnswer, type ApiProblem, parsePollUrl } from '../processes/api.js';
import type { LoadBalancer } from './http.js';
import type { Recorder } from './recorder.js';

/** Dependencies of a client. */
export interface ClientDeps {
  readonly world: World;
  readonly balancer: LoadBalancer;
  readonly recorder: Recorder;
}

/** Polls end then, in virtual milliseconds after the order. */
const FOLLOW_MS = 600_000;
const POLL_FIRST_MS = 500;
const POLL_GROWTH = 1.7;

/** Runs a client to its end. It runs in a process of its own. */
export async function runClient(deps: ClientDeps, client: PlannedClient): Promise<void> {
  const { world } = deps;
  await pause(world, client.at - world.now);
  const more = [
    ...(client.reuse ? [after(world, client.reuse.afterMs, client.reuse.body)] : []),
    ...(client.repeatAfterMs === undefined ? [] : [after(world, client.repeatAfterMs, client.body)]),
  ].map((due, index) => due.then((body) => post(deps, client, body, `again-${index}`)));
  const tries = Array.from({ length: client.posts }, (_, index) =>
    postUntilKnown(deps, client, `post-${index}`),
  );
  const answers = await Promise.all(tries);
  const pollUrl = answers.find((url) => url !== undefined);
  if (pollUrl !== undefined) await followUp(deps, client, pollUrl);
  await Promise.all(more);
}

async function after(world: World, delayMs: number, body: PlannedBody): Promise<PlannedBody> {
  await pause(world, delayMs);
  return body;
}

function pause(world: World, delayMs: number): Promise<void> {
  return new Promise((resolve) => {
    world.after(delayMs, resolve);
  });
}

/** The signed URL of the order once there is one. A client without a key repeats only what surely was not ordered. */
async function postUntilKnown(
  deps: ClientDeps,
  client: PlannedClient,
  name: string,
): Promise<string | undefined> {
  for (let index = 0; index < client.tries; index += 1) {
    if (index > 0) await pause(deps.world, 1_000 * 2 ** index);
    const outcome = await post(deps, client, client.body, `${name}-${index}`);
    if (outcome.kind === 'accepted') return outcome.pollUrl;
    if (outcome.kind === 'refused' && outcome.status < 500 && outcome.status !== 409) return undefined;
    if (outcome.kind === 'unknown' && client.key === undefined) return outcome.pollUrl;
  }
  return undefined;
}

async function post(
  { world, balancer, recorder }: ClientDeps,
  client: PlannedClient,
  body: PlannedBody,
  name: string,
): Promise<PostOutcome> {
  const requestId = `r-${client.id}-${name}`;
  const sentAt = world.now;
  const place = { ...body, items: body.items.map((item) => ({ ...item })) };
  const answer = await balancer
    .call(
      `POST ${requestId} ${describe(body)}${client.key ? ` key=${client.key}` : ''}`,
      client.patienceMs,
      (api) => api.place(place, client.key, requestId),
    )
    .catch(() => undefined);
  const outcome = toOutcome(answer);
  const who = `client-${client.id}`;
  world.trace.add(world.now, who, who, `is told ${tell(outcome)} for ${requestId}`);
  recorder.posts.push({
    client: client.id,
    requestId,
    key: client.key,
    body,
    sentAt,
    answeredAt: world.now,
    outcome,
  });
  return outcome;
}

function describe({ amount, items }: PlannedBody): string {
  return [amount, ...items.map(({ sku, quantity }) => `${quantity}x${sku}`)].join(' ');
}

function tell(outcome: PostOutcome): string {
  if (outcome.kind === 'accepted') return `202 ${outcome.orderId}`;
  return outcome.kind === 'refused' ? `${outcome.status} "${outcome.detail}"` : 'nothing';
}

function toOutcome(answer: ApiAnswer<{ order_id: string; poll_url: string }> | undefined): PostOutcome {
  if (!answer) return { kind: 'unknown' };
  if ('body' in answer)
    return { kind: 'accepted', orderId: answer.body.order_id, pollUrl: answer.body.poll_url };
  const { type, detail, poll_url } = answer.problem;
  if (answer.status === 500 || answer.status === 502 || type.endsWith('order-outcome-unknown'))
    return { kind: 'unknown', ...(poll_url !== undefined && { pollUrl: poll_url }) };
  return { kind: 'refused', status: answer.status, type, detail };
}

async function followUp(deps: ClientDeps, client: PlannedClient, pollUrl: string): Promise<void> {
  const cancelled = client.cancelAfterMs === undefined ? undefined : cancelLater(deps, client, pollUrl);
  if (client.followed) await follow(deps, client, pollUrl);
  await cancelled;
}

async function cancelLater(deps: ClientDeps, client: PlannedClient, pollUrl: string): Promise<void> {
  await pause(deps.world, client.cancelAfterMs ?? 0);
  await look(deps, client, pollUrl, 'cancel');
}

async function follow(deps: ClientDeps, client: PlannedClient, pollUrl: string): Promise<void> {
  const until = deps.world.now + FOLLOW_MS;
  for (let waitMs = POLL_FIRST_MS; deps.world.now < until; waitMs *= POLL_GROWTH) {
    const status = await look(deps, client, pollUrl, 'read');
    if (status && isFinal(status)) return;
    await pause(deps.world, waitMs);
  }
}

async function look(
  { world, balancer, recorder }: ClientDeps,
  client: PlannedClient,
  pollUrl: string,
  what: 'read' | 'cancel',
): Promise<OrderStatus | undefined> {
  const askedAt = world.now;
  const { orderId } = parsePollUrl(pollUrl);
  const name = `${what} ${orderId}/${client.id}/${world.nth(`${what}/${client.id}`)}`;
  const answer = await balancer
    .call(name, client.patienceMs, (api) => api[what](pollUrl))
    .catch(() => undefined);
  const status = answer && ('body' in answer ? answer.body.status : statusIn(answer.problem));
  if (status) recorder.sightings.push({ orderId, status, askedAt, answeredAt: world.now });
  return status;
}

/** A 409 carries the order as it was decided. */
function statusIn({ order }: ApiProblem): OrderStatus | undefined {
  return order?.status;
}
