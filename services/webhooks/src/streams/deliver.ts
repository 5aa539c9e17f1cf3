/** Makes the attempts of a stream that are due, one after the other. */
import type { WebhookDelivery, WebhookEndpoint, WebhookStream } from '@order-pipeline/contracts/webhooks';
import type { Clock } from '@order-pipeline/platform/clock';
import type { Logger } from '@order-pipeline/platform/logger';
import { parseTraceparent } from '@order-pipeline/platform/tracing/trace-context';
import { enterTrace, type SpanStart, startEntrySpan } from '@order-pipeline/platform/tracing/tracer';
import type { WebhookDeliveryStore } from '@order-pipeline/platform/webhooks/delivery-store';
import type { WebhookEndpointStore } from '@order-pipeline/platform/webhooks/endpoint-store';
import { createWork, runWork } from '@order-pipeline/platform/work';
import type { KeyedLimiter } from '../deliver/limiter.js';
import { decideNextAttempt } from '../deliver/schedule.js';
import { isAccepted, type Sender } from '../deliver/send.js';
import { signDelivery } from '../deliver/sign.js';
import type { WebhookMetrics } from '../metrics.js';
import { type AttemptResult, applyResult, decideStep } from './decide.js';

/** Dependencies of a delivery. */
export interface DeliverDeps {
  readonly deliveries: WebhookDeliveryStore;
  readonly endpoints: WebhookEndpointStore;
  readonly sender: Pick<Sender, 'post'>;
  readonly limiter: KeyedLimiter;
  readonly clock: Clock;
  /** Returns a number in [0, 1). */
  readonly random: () => number;
  readonly logger: Logger;
  readonly metrics: WebhookMetrics;
  /** Longer than an attempt takes. */
  readonly leaseMs: number;
  /** Divides the retry delays. */
  readonly retrySpeed: number;
  /** Continuous failure after which an endpoint is disabled, in milliseconds. */
  readonly disableAfterMs: number;
  /** Publishes that an endpoint was disabled because it kept failing. */
  readonly onDisabled: (endpoint: WebhookEndpoint) => Promise<void>;
}

/** Result of the work on a stream: every delivery is finished, or the message has to become visible again. */
export type StreamResult = { readonly kind: 'done' } | { readonly kind: 'later'; readonly delayMs: number };

/** Wait for a slot of a busy endpoint, in milliseconds: short, since the message occupies the process meanwhile. */
const SLOT_WAIT_MS = 200;

/** Delay before a stream whose endpoint is busy is tried again, in milliseconds. */
const BUSY_DELAY_MS = 1_000;

/** Works on a stream until nothing is due. Rejects with StoreUnavailableError when the tables do not respond. */
export async function deliverStream(deps: DeliverDeps, streamId: string): Promise<StreamResult> {
  const endpointId = streamId.slice(0, streamId.indexOf('#'));
  const release = await deps.limiter.acquire(endpointId, SLOT_WAIT_MS);
  if (!release) return { kind: 'later', delayMs: BUSY_DELAY_MS * (1 + deps.random()) };
  try {
    return await deliverDue(deps, streamId);
  } finally {
    release();
  }
}

async function deliverDue(deps: DeliverDeps, streamId: string): Promise<StreamResult> {
  const { deliveries, clock, leaseMs } = deps;
  const leased = await deliveries.lease(streamId, clock(), leaseMs);
  if (!leased) return { kind: 'done' };
  if (leased.kind === 'leased')
    return { kind: 'later', delayMs: Math.max(BUSY_DELAY_MS, leased.until - clock()) };
  let stream = leased.stream;
  for (;;) {
    const step = decideStep(stream, clock());
    if (step.kind !== 'attempt') {
      // A delivery that waits keeps its message, also when the response to this write is lost, or another worker has the lease.
      await deliveries.record(stream, (unchanged) => unchanged, 0, clock());
      // An event that was appended meanwhile has a message of its own, which waits for the lease.
      return step.kind === 'done' ? { kind: 'done' } : { kind: 'later', delayMs: step.delayMs };
    }
    const result = await attempt(deps, stream, step.delivery);
    const written = await deliveries.record(
      stream,
      (current) => replaceDelivery(current, applyResult(step.delivery, result, clock())),
      clock() + leaseMs,
      clock(),
    );
    if (!written) return { kind: 'later', delayMs: BUSY_DELAY_MS };
    stream = written;
  }
}

/** Another worker may have put an earlier event in front of it meanwhile. */
function replaceDelivery(all: readonly WebhookDelivery[], changed: WebhookDelivery): WebhookDelivery[] {
  return all.map((one) => (one.event.id === changed.event.id ? changed : one));
}

/** Makes an attempt as part of the request and the trace that the event comes from. */
async function attempt(
  deps: DeliverDeps,
  stream: WebhookStream,
  delivery: WebhookDelivery,
): Promise<AttemptResult> {
  const { origin, attempts } = delivery;
  const parent = parseTraceparent(origin?.traceparent);
  const work = createWork(
    { order_id: orderIdOf(delivery), request_id: origin?.request_id, attempt: attempts + 1 },
    enterTrace(parent),
  );
  return await runWork(work, async () => {
    const span = startEntrySpan(work.span, parent, () => describeAttempt(stream, delivery));
    try {
      const result = await attemptOnce(deps, stream, delivery);
      if (result.kind !== 'skipped') span.set({ 'http.response.status_code': result.status });
      if (result.kind === 'failed') span.fail(new Error(result.error));
      return result;
    } finally {
      span.end();
    }
  });
}

/** The URL is left out: it may hold a secret of the endpoint's owner. */
function describeAttempt({ endpoint_id }: WebhookStream, delivery: WebhookDelivery): SpanStart {
  const { event, attempts } = delivery;
  return {
    name: 'POST webhook',
    kind: 'client',
    attributes: {
      'http.request.method': 'POST',
      'http.request.resend_count': attempts || undefined,
      'order.id': orderIdOf(delivery),
      'webhook.endpoint_id': endpoint_id,
      'webhook.event_type': event.type,
    },
  };
}

/** Undefined for an event about webhooks themselves. */
function orderIdOf({ event: { data } }: WebhookDelivery): string | undefined {
  return 'order_id' in data ? data.order_id : undefined;
}

async function attemptOnce(
  deps: DeliverDeps,
  stream: WebhookStream,
  delivery: WebhookDelivery,
): Promise<AttemptResult> {
  const { endpoints, logger, metrics, clock } = deps;
  const endpoint = await endpoints.get(stream.endpoint_id);
  if (endpoint?.status !== 'enabled') {
    metrics.attempted('skipped');
    return { kind: 'skipped' };
  }
  const startedAt = clock();
  const result = await send(deps, endpoint, delivery);
  metrics.attempted(result.kind, clock() - startedAt);
  const line = {
    endpoint_id: endpoint.endpoint_id,
    event_id: delivery.event.id,
    event_type: delivery.event.type,
    duration_ms: clock() - startedAt,
    ...(result.kind !== 'skipped' && result.status !== undefined && { http_status: result.status }),
  };
  if (result.kind === 'failed') {
    logger.warn({ ...line, error: result.error, next_attempt_ms: result.nextDelayMs }, 'webhook failed');
    await noteFailure(deps, endpoint, delivery, result.nextDelayMs === undefined);
  } else {
    logger.info(line, 'webhook delivered');
    await endpoints.recordSuccess(endpoint);
  }
  return result;
}

async function send(
  { sender, clock, random, retrySpeed }: DeliverDeps,
  endpoint: WebhookEndpoint,
  { event, attempts }: WebhookDelivery,
): Promise<AttemptResult> {
  const body = JSON.stringify(event);
  const headers = {
    'content-type': 'application/cloudevents+json',
    'user-agent': 'order-pipeline-webhooks/1',
    ...signDelivery(event.id, body, endpoint.secrets, clock()),
  };
  const retry = { attempts: attempts + 1, random: random(), speed: retrySpeed };
  try {
    const answer = await sender.post(endpoint.url, headers, body);
    if (isAccepted(answer)) return { kind: 'delivered', status: answer.status };
    const nextDelayMs = decideNextAttempt({ ...retry, retryAfterMs: answer.retryAfterMs });
    return { kind: 'failed', status: answer.status, error: `HTTP status ${answer.status}`, nextDelayMs };
  } catch (error) {
    const message = error instanceof Error ? error.message || error.name : String(error);
    return { kind: 'failed', error: message, nextDelayMs: decideNextAttempt(retry) };
  }
}

async function noteFailure(
  deps: DeliverDeps,
  endpoint: WebhookEndpoint,
  delivery: WebhookDelivery,
  isLast: boolean,
): Promise<void> {
  const { endpoints, clock, disableAfterMs, logger, metrics, onDisabled } = deps;
  const failing = await endpoints.recordFailure(endpoint.endpoint_id, clock());
  if (failing?.failing_since === undefined) return;
  const failingMs = clock() - failing.failing_since;
  // A delivery that failed for good counts, unless the endpoint took another one since the attempt before.
  const lastAttemptAt = Date.parse(delivery.last_attempt_at ?? '');
  const exhausted = isLast && failing.failing_since <= lastAttemptAt;
  if (failingMs < disableAfterMs && !exhausted) return;
  const disabled = await endpoints.disableFailing(failing, clock());
  if (!disabled) return;
  metrics.disabled();
  logger.error(
    { endpoint_id: endpoint.endpoint_id, owner: endpoint.owner, failing_since: failing.failing_since },
    'webhook endpoint disabled: no delivery succeeded for too long',
  );
  await onDisabled(disabled);
}
