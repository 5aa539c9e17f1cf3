/** Endpoints for operators and load balancers. */
import { renderMetrics } from '@order-pipeline/platform/exposition';
import {
  Controller,
  Get,
  Middlewares,
  OperationId,
  Request,
  Route,
  SuccessResponse,
  Tags,
} from '@tsoa/runtime';
import type { Request as HttpRequest } from 'express';
import { limitOpen } from '../limits/middleware.js';
import type { ApiServices } from '../services.js';
import type { Health, Readiness } from './models.js';

/** Operations. */
@Route()
@Tags('Operations')
export class OperationsController extends Controller {
  readonly #services: ApiServices;

  constructor(services: ApiServices) {
    super();
    this.#services = services;
  }

  /**
   * Reports that the process is alive.
   * @summary Health
   */
  @Get('health')
  @OperationId('getHealth')
  @Middlewares(limitOpen)
  @SuccessResponse(200, 'Alive')
  async getHealth(): Promise<Health> {
    return { status: 'healthy' };
  }

  /**
   * Reports the state of the dependencies. The API is ready while the queue and the orders table respond; Redis is
   * reported, but not required.
   * @summary Readiness
   */
  @Get('ready')
  @OperationId('getReadiness')
  @Middlewares(limitOpen)
  @SuccessResponse(200, 'Ready')
  async getReadiness(): Promise<Readiness> {
    const readiness = await this.#services.readiness.read();
    if (readiness.status !== 'ready') this.setStatus(503);
    return readiness;
  }

  /**
   * Metrics in Prometheus' text format, or in OpenMetrics where `Accept` asks for it.
   * @summary Metrics
   */
  @Get('metrics')
  @OperationId('getMetrics')
  @Middlewares(limitOpen)
  @SuccessResponse(200, 'Metrics', 'text/plain')
  async getMetrics(@Request() request: HttpRequest): Promise<string> {
    const { registry } = this.#services;
    const { contentType, text } = await renderMetrics(registry, request.headers.accept);
    // Sent here, since the routes would encode the text as JSON.
    request.res?.type(contentType).send(text);
    return text;
  }
}
