/** The processor's clients of the scoring services, over simulated tries. */

import type { DescService } from '@bufbuild/protobuf';
import { createClient } from '@connectrpc/connect';
import { FraudService } from '@order-pipeline/contracts/gen/fraud/v1/fraud_pb';
import { InventoryService } from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { PaymentService } from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import type { Scoring } from '@order-pipeline/order-processor/scoring';
import type { Logger } from '@order-pipeline/platform/logger';
import { ProbingBreaker } from '@order-pipeline/platform/rpc/breaker';
import { DEFAULT_BREAKER_LIMITS, type RpcClient } from '@order-pipeline/platform/rpc/client';
import { probeHealth } from '@order-pipeline/platform/rpc/probe';
import { createResilientTransport } from '@order-pipeline/platform/rpc/resilient-transport';
import { DEFAULT_RETRY_LIMITS } from '@order-pipeline/platform/rpc/retry';
import { systemTimers } from '@order-pipeline/platform/timers';
import type { Cloud } from '../cloud/cloud.js';
import { SCORING } from './scoring.js';

/** As in the processor's scoring.ts, in milliseconds. */
const TIMEOUTS_MS = { inventory: 2_000, fraud: 1_000, payment: 4_000 } as const;

/** Creates the three clients of the running process. */
export function createScoringClients(cloud: Cloud, logger: Logger): Scoring {
  const client = <S extends DescService>(service: S, timeoutMs: number): RpcClient<S> => {
    const tries = cloud.rpc.transport(SCORING);
    const breaker = new ProbingBreaker({
      ...DEFAULT_BREAKER_LIMITS,
      service: service.typeName,
      probe: () => probeHealth(tries, service.typeName, timeoutMs),
      timers: systemTimers,
      logger,
    });
    const transport = createResilientTransport(tries, {
      timeoutMs,
      retries: DEFAULT_RETRY_LIMITS,
      breaker,
      timers: systemTimers,
      random: () => Math.random(),
      observe: () => undefined,
      onRetry: () => undefined,
    });
    return { client: createClient(service, transport), breaker, close: () => breaker.close() };
  };
  return {
    inventory: client(InventoryService, TIMEOUTS_MS.inventory),
    fraud: client(FraudService, TIMEOUTS_MS.fraud),
    payment: client(PaymentService, TIMEOUTS_MS.payment),
  };
}
