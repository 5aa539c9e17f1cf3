/** Registers webhook endpoints and shows their deliveries. The webhooks service delivers. */
import { SendMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import {
  encodeDeliverMessage,
  streamIdOf,
  subjectOfEvent,
  toSystemEvent,
  type WebhookEndpoint,
} from '@order-pipeline/contracts/webhooks';
import type { Clock } from '@order-pipeline/platform/clock';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import { WebhookDeliveryStore } from '@order-pipeline/platform/webhooks/delivery-store';
import { WebhookEndpointStore } from '@order-pipeline/platform/webhooks/endpoint-store';
import { findUrlProblem } from '@order-pipeline/platform/webhooks/public-address';
import { ProblemError } from '../http/problem.js';
import type {
  NewWebhookEndpoint,
  QueuedEvent,
  WebhookDeliveryPage,
  WebhookEndpointChanges,
  WebhookEndpointPage,
  WebhookEndpointView,
  WebhookEndpointWithSecret,
} from './models.js';
import { decodePageToken, encodePageToken } from './page-token.js';
import { toDeliveryView, toEndpointView } from './view.js';
import type { WebhookConfig } from './webhook-config.js';

/** Dependencies of the registry. */
export interface WebhookRegistryDeps {
  readonly dynamo: DynamoClient;
  readonly sqs: SQSClient;
  readonly config: WebhookConfig;
  readonly clock: Clock;
  /** Returns a new unique id. */
  readonly createId: () => string;
  /** Returns a new signing secret. */
  readonly createSecret: () => string;
}

/** Endpoints that one user may register. */
const MAX_ENDPOINTS = 20;

/** The webhook endpoints of users. Methods throw ProblemError `notFound` for endpoints of other users. */
export class WebhookRegistry {
  readonly #deps: WebhookRegistryDeps;
  readonly #endpoints: WebhookEndpointStore;
  readonly #deliveries: WebhookDeliveryStore;

  constructor(deps: WebhookRegistryDeps) {
    this.#deps = deps;
    this.#endpoints = new WebhookEndpointStore(deps.dynamo, deps.config.endpointsTable);
    this.#deliveries = new WebhookDeliveryStore(deps.dynamo, deps.config.deliveriesTable);
  }

  /** Registers an endpoint and returns it with its secret. */
  async register(owner: string, body: NewWebhookEndpoint): Promise<WebhookEndpointWithSecret> {
    this.#checkUrl(body.url);
    if (body.scope === 'all' && !this.#mayReadAll(owner))
      throw new ProblemError('forbidden', 'Only the shop itself may receive the events of all orders.');
    const { items } = await this.#endpoints.listByOwner(owner, MAX_ENDPOINTS);
    if (items.length >= MAX_ENDPOINTS)
      throw new ProblemError('invalid', `A user can register up to ${MAX_ENDPOINTS} endpoints.`);
    const now = new Date(this.#deps.clock()).toISOString();
    const secret = this.#deps.createSecret();
    const endpoint: WebhookEndpoint = {
      endpoint_id: this.#deps.createId(),
      owner,
      url: body.url,
      scope: body.scope ?? 'own',
      event_types: body.event_types ?? [],
      status: 'enabled',
      ...(body.description !== undefined && { description: body.description }),
      secrets: [{ secret }],
      created_at: now,
      updated_at: now,
    };
    await this.#endpoints.create(endpoint);
    return { ...toEndpointView(endpoint), secret };
  }

  /** Returns a page of the owner's endpoints. */
  async list(owner: string, limit: number, cursor?: string): Promise<WebhookEndpointPage> {
    const page = await this.#endpoints.listByOwner(owner, limit, decodePageToken(cursor));
    return { endpoints: page.items.map(toEndpointView), ...encodePageToken(page.nextPageToken) };
  }

  /** Returns an endpoint. */
  async get(owner: string, endpointId: string): Promise<WebhookEndpointView> {
    return toEndpointView(await this.#find(owner, endpointId));
  }

  /** Changes an endpoint. */
  async change(
    owner: string,
    endpointId: string,
    changes: WebhookEndpointChanges,
  ): Promise<WebhookEndpointView> {
    if (changes.url !== undefined) this.#checkUrl(changes.url);
    const changed = await this.#endpoints.change(endpointId, owner, changes, this.#deps.clock());
    if (!changed) throw notFound();
    return toEndpointView(changed);
  }

  /** Creates a new secret; the old one signs as well for `overlapSeconds`. */
  async rotateSecret(
    owner: string,
    endpointId: string,
    overlapSeconds: number,
  ): Promise<WebhookEndpointWithSecret> {
    const { clock, createSecret } = this.#deps;
    const { secrets } = await this.#find(owner, endpointId);
    const secret = createSecret();
    const expires_at = clock() + overlapSeconds * 1_000;
    const old = secrets
      .filter((entry) => entry.expires_at === undefined || entry.expires_at > clock())
      .map((entry) => ({ ...entry, expires_at: Math.min(entry.expires_at ?? expires_at, expires_at) }));
    const rotated = { secrets: [{ secret }, ...(overlapSeconds > 0 ? old : [])] };
    const changed = await this.#endpoints.change(endpointId, owner, rotated, clock());
    if (!changed) throw notFound();
    return { ...toEndpointView(changed), secret };
  }

  /** Queues a test event for an endpoint. */
  async sendTest(owner: string, endpointId: string): Promise<QueuedEvent> {
    const { clock, createId } = this.#deps;
    await this.#find(owner, endpointId);
    const event = toSystemEvent('webhook.test', endpointId, createId(), new Date(clock()).toISOString());
    await this.#enqueue(await this.#deliveries.append(endpointId, event, clock()));
    return { event_id: event.id };
  }

  /** Returns a page of the deliveries to an endpoint, newest first. */
  async listDeliveries(
    owner: string,
    endpointId: string,
    limit: number,
    cursor?: string,
  ): Promise<WebhookDeliveryPage> {
    await this.#find(owner, endpointId);
    const page = await this.#deliveries.listByEndpoint(endpointId, limit, decodePageToken(cursor));
    const deliveries = page.items.flatMap((stream) => stream.deliveries.toReversed().map(toDeliveryView));
    return { deliveries, ...encodePageToken(page.nextPageToken) };
  }

  /** Delivers an event again, with all its attempts. */
  async redeliver(owner: string, endpointId: string, eventId: string): Promise<QueuedEvent> {
    await this.#find(owner, endpointId);
    const streamId = streamIdOf(endpointId, subjectOfEvent(eventId));
    const delivery = await this.#deliveries.redeliver(streamId, eventId, this.#deps.clock());
    if (!delivery) throw new ProblemError('notFound', 'This endpoint has no such event.');
    await this.#enqueue(streamId);
    return { event_id: eventId };
  }

  async #find(owner: string, endpointId: string): Promise<WebhookEndpoint> {
    const endpoint = await this.#endpoints.get(endpointId);
    if (endpoint?.owner !== owner) throw notFound();
    return endpoint;
  }

  async #enqueue(streamId: string): Promise<void> {
    const { sqs, config } = this.#deps;
    const MessageBody = encodeDeliverMessage(streamId);
    await sqs.send(new SendMessageCommand({ QueueUrl: config.queueUrl, MessageBody }));
  }

  #checkUrl(url: string): void {
    const problem = findUrlProblem(url, this.#deps.config);
    if (!problem) return;
    throw new ProblemError('invalid', '1 field is not valid.', {
      errors: [
        { in: 'body', field: 'url', detail: `${problem}: use a public https URL without credentials` },
      ],
    });
  }

  #mayReadAll(owner: string): boolean {
    const { allOrdersUsers } = this.#deps.config;
    return allOrdersUsers.includes('*') || allOrdersUsers.includes(owner);
  }
}

function notFound(): ProblemError {
  return new ProblemError('notFound', 'You have no such webhook endpoint.');
}
