/** Orders of the caller. */

import { isFinal } from '@order-pipeline/contracts/orders';
import type { Request as HttpRequest } from 'express';
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
} from 'tsoa';
import { jsonBody } from '../http/json-body.js';
import type { Problem } from '../http/problem.js';
import { contextOf } from '../http/request-context.js';
import { limitCaller, limitOrder } from '../limits/middleware.js';
import type { ApiServices } from '../services.js';
import { type Order, toOrder } from './decide/view.js';
import { parseIdempotencyKey } from './idempotency-key.js';
import { listOrders } from './list-orders.js';
import type { AcceptedOrder, NewOrder, OrderPage } from './models.js';
import { placeOrder } from './place-order.js';

/** Orders. */
@Route('orders')
@Tags('Orders')
export class OrdersController extends Controller {
  constructor(private readonly services: ApiServices) {
    super();
  }

  /**
   * Hand an order in. It is accepted once the queue has it; the answer carries a signed URL to follow it.
   * @summary Place an order
   * @param idempotencyKey Makes a retry safe: the same key of the same user is the same order for 24 hours.
   */
  @Post()
  @OperationId('placeOrder')
  @Security('bearer')
  @Middlewares(limitCaller, jsonBody)
  @SuccessResponse(202, 'Accepted')
  @Response<Problem>(401, 'No token, or one that is not valid')
  async placeOrder(
    @Request() request: HttpRequest,
    @Body() body: NewOrder,
    @Header('Idempotency-Key') idempotencyKey?: string,
  ): Promise<AcceptedOrder> {
    const { answer, replayed } = await placeOrder(
      this.services.intake,
      request.user as Express.User,
      body,
      contextOf(request.res as never),
      idempotencyKey === undefined ? undefined : parseIdempotencyKey(idempotencyKey),
    );
    this.setStatus(202);
    this.setHeader('Location', answer.poll_url);
    this.setHeader('Retry-After', '1');
    if (replayed) this.setHeader('Idempotency-Replayed', 'true');
    return answer;
  }

  /**
   * The caller's own orders, newest first. An order appears when a worker has claimed it.
   * @summary List own orders
   * @param cursor Where the page begins: `next_cursor` of the page before.
   * @param limit Orders on the page.
   * @isInt limit
   * @minimum limit 1
   * @maximum limit 100
   * @maxLength cursor 128
   * @pattern cursor ^[A-Za-z0-9_-]+$ the next_cursor of a page
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
  ): Promise<OrderPage> {
    return listOrders(this.services.store, (request.user as Express.User).user_id, limit, cursor);
  }

  /**
   * Where an order stands.
   * @summary Read an order
   * @param orderId The order's id.
   * @param _expires Until when the URL can be used, in epoch seconds.
   * @param _keyId The key that signed the URL.
   * @param _signature The right to this order.
   */
  @Get('{order_id}')
  @OperationId('getOrder')
  @Security('signed_url')
  @Middlewares(limitOrder)
  @SuccessResponse(200, 'The order')
  async getOrder(
    @Path('order_id') orderId: string,
    @Query('expires') _expires: string,
    @Query('key_id') _keyId: string,
    @Query('signature') _signature: string,
  ): Promise<Order> {
    const order = toOrder(orderId, await this.services.store.find(orderId));
    if (!isFinal(order.status)) this.setHeader('Retry-After', '1');
    return order;
  }
}
