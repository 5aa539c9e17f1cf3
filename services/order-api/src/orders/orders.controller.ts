/** Orders over HTTP. */
import { createHash } from 'node:crypto';
import { isFinal } from '@order-pipeline/contracts/orders';
import {
  Body,
  Controller,
  Get,
  Header,
  Middlewares,
  OperationId,
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
import type { Request as HttpRequest, Response as HttpResponse } from 'express';
import { type Order, toOrder } from '../decide/view.js';
import { jsonBody } from '../http/json-body.js';
import type { Problem } from '../http/problem.js';
import { contextOf } from '../http/request-context.js';
import { sendJson } from '../http/response-headers.js';
import { limitCaller, limitOrder } from '../limits/middleware.js';
import type { ApiServices } from '../services.js';
import { awaitFinal } from './await-final.js';
import { cancelOrder } from './cancel-order.js';
import { toCreatedRange } from './created-range.js';
import { matchesEntityTag } from './decide/entity-tag.js';
import { parseWaitSeconds } from './decide/prefer.js';
import { parseIdempotencyKey } from './idempotency-key.js';
import { listOrders } from './list-orders.js';
import type { AcceptedOrder, ListedStatus, NewOrder, OrderPage } from './models.js';
import { type OwnOrder, toOwnOrder } from './own-body.js';
import { toOwnersOrder } from './owner.js';
import { placeOrder } from './place-order.js';
import { startEvents } from './send-events.js';

/** Orders. */
@Route('orders')
@Tags('Orders')
@Response<Problem>('default', 'A problem; the document names each')
export class OrdersController extends Controller {
  readonly #services: ApiServices;

  constructor(services: ApiServices) {
    super();
    this.#services = services;
  }

  /**
   * Place an order. It is accepted once the queue has it; the response carries a signed URL to follow it.
   * @summary Place an order
   * @param idempotencyKey Makes a retry safe: the same key of the same user is the same order for 24 hours.
   */
  @Post()
  @OperationId('placeOrder')
  @Security('bearer')
  @Middlewares(limitCaller, jsonBody)
  @SuccessResponse(202, 'Accepted')
  async placeOrder(
    @Request() request: HttpRequest,
    @Body() body: NewOrder,
    @Header('Idempotency-Key') idempotencyKey?: string,
  ): Promise<AcceptedOrder> {
    const { answer, replayed } = await placeOrder(
      this.#services.intake,
      callerOf(request),
      body,
      contextOf(responseOf(request)),
      idempotencyKey === undefined ? undefined : parseIdempotencyKey(idempotencyKey),
    );
    const headers = ['Location', answer.poll_url, 'Retry-After', '1'];
    if (replayed) headers.push('Idempotency-Replayed', 'true');
    sendJson(responseOf(request), 202, headers, answer);
    return answer;
  }

  /**
   * The caller's own orders, newest first. An order is listed once a worker has claimed it.
   * @summary List own orders
   * @param cursor Where the page begins: `next_cursor` of the page before.
   * @param limit Orders on the page.
   * @param status Orders in this status only. A page may then hold fewer orders than `limit` and still not be the last.
   * @param createdAfter Orders created at this time or later.
   * @param createdBefore Orders created before this time, which itself is left out.
   * @maxLength cursor 128
   * @pattern cursor ^[A-Za-z0-9_-]+$ the next_cursor of a page
   * @isInt limit
   * @minimum limit 1
   * @maximum limit 100
   * @maxLength createdAfter 29
   * @pattern createdAfter ^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$ an RFC 3339 time such as 2026-01-15T09:30:00Z
   * @maxLength createdBefore 29
   * @pattern createdBefore ^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d{1,3})?(Z|[+-]([01]\d|2[0-3]):[0-5]\d)$ an RFC 3339 time such as 2026-01-15T09:30:00Z
   */
  @Get()
  @OperationId('listOrders')
  @Security('bearer')
  @Middlewares(limitCaller)
  @SuccessResponse(200, 'A page of orders')
  async listOrders(
    @Request() request: HttpRequest,
    @Query() cursor?: string,
    @Query() limit = 20,
    @Query() status?: ListedStatus,
    @Query('created_after') createdAfter?: string,
    @Query('created_before') createdBefore?: string,
  ): Promise<OrderPage> {
    const created = toCreatedRange(createdAfter, createdBefore);
    return listOrders(this.#services.store, callerOf(request).user_id, { cursor, limit, status, created });
  }

  /**
   * Returns the current state of an order. The right to read is the signed URL, or the access token of the order's
   * owner once a worker has claimed the order; before, and for orders of others, a token gets 404. `Prefer: wait=10`
   * delays the response until the order is final, for at most that many seconds (at most 20); `If-None-Match` with the
   * last ETag returns 304 while the order is unchanged.
   * @summary Read an order
   * @param orderId The order's id.
   * @param expires End of the URL's validity, in epoch seconds.
   * @param _keyId The key that signed the URL.
   * @param _signature HMAC-SHA256 of the rest, in base64url.
   * @param fingerprint Digest of the body that the URL was issued for, on orders placed with an Idempotency-Key.
   * @param prefer RFC 7240 preferences; `wait` is known.
   * @param ifNoneMatch The ETag of the client's copy.
   * @maxLength prefer 256
   * @pattern prefer ^[\t\x20-~]*$ printable ASCII
   * @maxLength ifNoneMatch 1024
   * @pattern ifNoneMatch ^[\t\x20-~]*$ printable ASCII
   */
  @Get('{order_id}')
  @OperationId('getOrder')
  @Security('signed_url')
  @Security('bearer')
  @Middlewares(limitOrder)
  @SuccessResponse(200, 'The order')
  async getOrder(
    @Request() request: HttpRequest,
    @Path('order_id') orderId: string,
    @Query('expires') expires?: string,
    @Query('key_id') _keyId?: string,
    @Query('signature') _signature?: string,
    @Query('fingerprint') fingerprint?: string,
    @Header('Prefer') prefer?: string,
    @Header('If-None-Match') ifNoneMatch?: string,
  ): Promise<Order> {
    const response = responseOf(request);
    const waitSeconds = parseWaitSeconds(prefer);
    const own = this.#own(request, orderId, expires, fingerprint);
    const order = await (waitSeconds > 0
      ? this.#waitFor(request, own, waitSeconds)
      : own.find(orderId).then((record) => toOrder(orderId, record)));
    const etag = toEntityTag(order);
    response.set({ ETag: etag, 'Cache-Control': 'private, no-cache', Vary: 'Prefer' });
    if (!isFinal(order.status)) response.set('Retry-After', '1');
    if (matchesEntityTag(ifNoneMatch, etag)) response.status(304).end();
    return order;
  }

  /**
   * Each status of an order once, as server-sent events named `status` whose data is the order. The stream ends when
   * the order is final. Takes a signed URL, or the access token of the owner of a claimed order.
   * @summary Follow an order
   * @param orderId The order's id.
   * @param expires Time at which the URL expires, in epoch seconds.
   * @param _keyId The key that signed the URL.
   * @param _signature HMAC-SHA256 of the rest, in base64url.
   * @param fingerprint Digest of the body that the URL was issued for, on orders placed with an Idempotency-Key.
   * @param lastEventId The last status that the client has seen, which an EventSource sends when it reconnects.
   * @maxLength lastEventId 16
   * @pattern lastEventId ^[A-Z]*$ the id of an event
   */
  @Get('{order_id}/events')
  @OperationId('followOrder')
  @Security('signed_url')
  @Security('bearer')
  @Middlewares(limitOrder)
  @SuccessResponse(200, 'The stream', 'text/event-stream')
  async followOrder(
    @Request() request: HttpRequest,
    @Path('order_id') orderId: string,
    @Query('expires') expires?: string,
    @Query('key_id') _keyId?: string,
    @Query('signature') _signature?: string,
    @Query('fingerprint') fingerprint?: string,
    @Header('Last-Event-ID') lastEventId?: string,
  ): Promise<string> {
    const response = responseOf(request);
    const own = this.#own(request, orderId, expires, fingerprint);
    await requireOwner(request, own);
    await startEvents(this.#services.room, own, lastEventId, response);
    return '';
  }

  /**
   * Cancels an order that is not decided yet, also an unclaimed one. Idempotent. Reserved stock and the authorized
   * amount are released. With the access token of its owner in place of a signed URL an order can be cancelled from its
   * claim on.
   * @summary Cancel an order
   * @param orderId The order's id.
   * @param _expires End of the URL's validity, in epoch seconds.
   * @param _keyId The key that signed the URL.
   * @param _signature HMAC-SHA256 of the rest, in base64url.
   * @param fingerprint Digest of the body that the URL was issued for, on orders placed with an Idempotency-Key.
   */
  @Post('{order_id}/cancel')
  @OperationId('cancelOrder')
  @Security('signed_url')
  @Security('bearer')
  @Middlewares(limitOrder)
  @SuccessResponse(200, 'The cancelled order')
  async cancelOrder(
    @Request() request: HttpRequest,
    @Path('order_id') orderId: string,
    @Query('expires') _expires?: string,
    @Query('key_id') _keyId?: string,
    @Query('signature') _signature?: string,
    @Query('fingerprint') fingerprint?: string,
  ): Promise<Order> {
    await requireOwner(request, this.#own(request, orderId));
    return cancelOrder(this.#services, orderId, fingerprint);
  }

  /** `expires` is there wherever the request has no token. */
  #own({ user }: HttpRequest, orderId: string, expires = '', fingerprint?: string): OwnOrder {
    const { store, expireUnclaimed } = this.#services;
    return user
      ? toOwnersOrder(store, orderId, user.user_id)
      : toOwnOrder(store, orderId, fingerprint, () => expireUnclaimed(orderId, expires, fingerprint));
  }

  async #waitFor(request: HttpRequest, own: OwnOrder, seconds: number): Promise<Order> {
    await requireOwner(request, own);
    const response = responseOf(request);
    response.set('Preference-Applied', `wait=${seconds}`);
    return awaitFinal(this.#services.room, own, seconds * 1_000, response);
  }
}

/** Checks the owner before a caller with a token takes a place among callers that wait, or writes. */
async function requireOwner({ user }: HttpRequest, own: OwnOrder): Promise<void> {
  if (user) await own.find(own.orderId);
}

/** The caller that authentication left at the request. */
function callerOf({ user }: HttpRequest): Express.User {
  return user as Express.User;
}

function responseOf({ res }: HttpRequest): HttpResponse {
  return res as HttpResponse;
}

/** A strong validator (RFC 9110): equal orders have equal tags. */
function toEntityTag(order: Order): string {
  return `"${createHash('sha256').update(JSON.stringify(order)).digest('base64url').slice(0, 22)}"`;
}
