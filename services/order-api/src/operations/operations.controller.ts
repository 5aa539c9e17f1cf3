/** What operators and load balancers ask. */
import { checkReadiness } from '@order-pipeline/platform/ops-server';
import { Controller, Get, OperationId, Request, Route, SuccessResponse, Tags } from '@tsoa/runtime';
import type { Request as HttpRequest } from 'express';
import type { ApiServices } from '../services.js';
import type { DependencyState, Health, Readiness } from './models.js';

const CHECK_TIMEOUT_MS = 2_000;

/** Operations. */
@Route()
@Tags('Operations')
export class OperationsController extends Controller {
  constructor(private readonly services: ApiServices) {
    super();
  }

  /**
   * Whether the process is alive.
   * @summary Health
   */
  @Get('health')
  @OperationId('getHealth')
  @SuccessResponse(200, 'Alive')
  async getHealth(): Promise<Health> {
    return { status: 'healthy' };
  }

  /**
   * Whether the API can do its work: the queue and the orders table answer. Redis is reported too, but done without.
   * @summary Readiness
   */
  @Get('ready')
  @OperationId('getReadiness')
  @SuccessResponse(200, 'Ready')
  async getReadiness(): Promise<Readiness> {
    const { required, optional } = this.services.readiness;
    const [needed, aids] = await Promise.all([
      checkReadiness(required, CHECK_TIMEOUT_MS),
      checkReadiness(optional, CHECK_TIMEOUT_MS),
    ]);
    if (needed.status !== 'ready') this.setStatus(503);
    return {
      status: needed.status,
      checks: {
        queue: toState(needed.checks.queue),
        orders: toState(needed.checks.orders),
        redis: toState(aids.checks.redis),
      },
    };
  }

  /**
   * Metrics in Prometheus' text format.
   * @summary Metrics
   */
  @Get('metrics')
  @OperationId('getMetrics')
  @SuccessResponse(200, 'Metrics', 'text/plain')
  async getMetrics(@Request() request: HttpRequest): Promise<string> {
    const { registry } = this.services;
    const text = await registry.metrics();
    // Sent here, since the routes would encode the text as JSON.
    request.res?.type(registry.contentType).send(text);
    return text;
  }
}

/** Why a dependency does not answer is for operators to see in logs, not for the world. */
function toState(answer: string | undefined): DependencyState {
  return answer === 'ok' ? 'ok' : 'unreachable';
}
