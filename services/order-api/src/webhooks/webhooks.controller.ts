/** Webhook endpoints over HTTP. */

import {
  Body,
  Controller,
  Get,
  Middlewares,
  OperationId,
  Patch,
  Path,
  Post,
  Query,
  Request,
  Response,
  Route,
  Security,
  SuccessResponse,
  Tags,
} from '@tsoa/runtime';
import type { Request as HttpRequest } from 'express';
import { jsonBody } from '../http/json-body.js';
import { type Problem, ProblemError } from '../http/problem.js';
import { limitCaller } from '../limits/middleware.js';
import type { ApiServices } from '../services.js';
import type {
  NewWebhookEndpoint,
  QueuedEvent,
  SecretRotation,
  WebhookDeliveryPage,
  WebhookEndpointChanges,
  WebhookEndpointPage,
  WebhookEndpointView,
  WebhookEndpointWithSecret,
} from './models.js';
import type { WebhookRegistry } from './webhook-registry.js';

/** Time for which the old secret signs as well after a rotation, in seconds. */
const DEFAULT_OVERLAP_SECONDS = 86_400;

/** Webhook endpoints. */
@Route('webhook-endpoints')
@Tags('Webhooks')
@Security('bearer')
@Response<Problem>('default', 'A problem; the document names each')
export class WebhooksController extends Controller {
  readonly #services: ApiServices;

  constructor(services: ApiServices) {
    super();
    this.#services = services;
  }

  /**
   * Registers an address that receives order events, as CloudEvents signed by the Standard Webhooks specification. The
   * response carries the signing secret, which is returned only once.
   * @summary Register a webhook endpoint
   */
  @Post()
  @OperationId('registerWebhookEndpoint')
  @Middlewares(limitCaller, jsonBody)
  @SuccessResponse(201, 'The endpoint with its secret')
  async register(
    @Request() request: HttpRequest,
    @Body() body: NewWebhookEndpoint,
  ): Promise<WebhookEndpointWithSecret> {
    const endpoint = await this.#registry.register(ownerOf(request), body);
    this.setStatus(201);
    this.setHeader('Location', `/webhook-endpoints/${endpoint.endpoint_id}`);
    return endpoint;
  }

  /**
   * The caller's endpoints, oldest first.
   * @summary List webhook endpoints
   * @param cursor `next_cursor` of the page before.
   * @param limit Endpoints on the page.
   * @maxLength cursor 1024
   * @pattern cursor ^[A-Za-z0-9_-]+$ the next_cursor of a page
   * @isInt limit
   * @minimum limit 1
   * @maximum limit 100
   */
  @Get()
  @OperationId('listWebhookEndpoints')
  @Middlewares(limitCaller)
  @SuccessResponse(200, 'A page of endpoints')
  async list(
    @Request() request: HttpRequest,
    @Query() cursor?: string,
    @Query() limit = 20,
  ): Promise<WebhookEndpointPage> {
    return this.#registry.list(ownerOf(request), limit, cursor);
  }

  /**
   * One endpoint of the caller.
   * @summary Read a webhook endpoint
   * @param endpointId Id of the endpoint.
   * @format endpointId uuid
   * @maxLength endpointId 36
   */
  @Get('{endpoint_id}')
  @OperationId('getWebhookEndpoint')
  @Middlewares(limitCaller)
  @SuccessResponse(200, 'The endpoint')
  async get(
    @Request() request: HttpRequest,
    @Path('endpoint_id') endpointId: string,
  ): Promise<WebhookEndpointView> {
    return this.#registry.get(ownerOf(request), endpointId);
  }

  /**
   * Change the address, the event types or the description, or disable and enable the endpoint. Events that occur while it
   * is disabled are not delivered.
   * @summary Change a webhook endpoint
   * @param endpointId Id of the endpoint.
   * @maxLength endpointId 36
   */
  @Patch('{endpoint_id}')
  @OperationId('changeWebhookEndpoint')
  @Middlewares(limitCaller, jsonBody)
  @SuccessResponse(200, 'The changed endpoint')
  async change(
    @Request() request: HttpRequest,
    @Path('endpoint_id') endpointId: string,
    @Body() body: WebhookEndpointChanges,
  ): Promise<WebhookEndpointView> {
    return this.#registry.change(ownerOf(request), endpointId, body);
  }

  /**
   * Create a new signing secret. Until the overlap ends, each delivery carries a signature of the old secret as well.
   * @summary Rotate the secret of a webhook endpoint
   * @param endpointId Id of the endpoint.
   * @maxLength endpointId 36
   */
  @Post('{endpoint_id}/rotate-secret')
  @OperationId('rotateWebhookSecret')
  @Middlewares(limitCaller, jsonBody)
  @SuccessResponse(200, 'The endpoint with its new secret')
  async rotateSecret(
    @Request() request: HttpRequest,
    @Path('endpoint_id') endpointId: string,
    @Body() body: SecretRotation,
  ): Promise<WebhookEndpointWithSecret> {
    const overlap = body.overlap_seconds ?? DEFAULT_OVERLAP_SECONDS;
    return this.#registry.rotateSecret(ownerOf(request), endpointId, overlap);
  }

  /**
   * Post a `webhook.test` event to the endpoint.
   * @summary Send a test event
   * @param endpointId Id of the endpoint.
   * @maxLength endpointId 36
   */
  @Post('{endpoint_id}/test')
  @OperationId('sendTestWebhook')
  @Middlewares(limitCaller)
  @SuccessResponse(202, 'The event is queued')
  async sendTest(
    @Request() request: HttpRequest,
    @Path('endpoint_id') endpointId: string,
  ): Promise<QueuedEvent> {
    this.setStatus(202);
    return this.#registry.sendTest(ownerOf(request), endpointId);
  }

  /**
   * Deliveries to the endpoint of the last 30 days, newest first.
   * @summary List the deliveries of a webhook endpoint
   * @param endpointId Id of the endpoint.
   * @param cursor `next_cursor` of the page before.
   * @param limit Orders on the page; each can have several events.
   * @maxLength endpointId 36
   * @maxLength cursor 1024
   * @pattern cursor ^[A-Za-z0-9_-]+$ the next_cursor of a page
   * @isInt limit
   * @minimum limit 1
   * @maximum limit 100
   */
  @Get('{endpoint_id}/deliveries')
  @OperationId('listWebhookDeliveries')
  @Middlewares(limitCaller)
  @SuccessResponse(200, 'A page of deliveries')
  async listDeliveries(
    @Request() request: HttpRequest,
    @Path('endpoint_id') endpointId: string,
    @Query() cursor?: string,
    @Query() limit = 20,
  ): Promise<WebhookDeliveryPage> {
    return this.#registry.listDeliveries(ownerOf(request), endpointId, limit, cursor);
  }

  /**
   * Deliver an event again, whether it was delivered before or not.
   * @summary Redeliver an event
   * @param endpointId Id of the endpoint.
   * @param eventId Id of the event.
   * @maxLength endpointId 36
   * @maxLength eventId 256
   */
  @Post('{endpoint_id}/deliveries/{event_id}/redeliver')
  @OperationId('redeliverWebhook')
  @Middlewares(limitCaller)
  @SuccessResponse(202, 'The event is queued')
  async redeliver(
    @Request() request: HttpRequest,
    @Path('endpoint_id') endpointId: string,
    @Path('event_id') eventId: string,
  ): Promise<QueuedEvent> {
    this.setStatus(202);
    return this.#registry.redeliver(ownerOf(request), endpointId, eventId);
  }

  get #registry(): WebhookRegistry {
    if (this.#services.webhooks) return this.#services.webhooks;
    throw new ProblemError('unknownPath', 'Webhooks are not enabled: the operator sets WEBHOOK_QUEUE_URL.');
  }
}

function ownerOf({ user }: HttpRequest): string {
  return (user as Express.User).user_id;
}
