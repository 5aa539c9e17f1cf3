/** A scoring process: the three services over simulated tables, Redis and gateway. */
import { randomUUID } from 'node:crypto';
import { FraudService } from '@order-pipeline/contracts/gen/fraud/v1/fraud_pb';
import { systemClock } from '@order-pipeline/platform/clock';
import { rpcService } from '@order-pipeline/platform/rpc/service';
import { loadConfig } from '@order-pipeline/scoring/config';
import { createFraudService } from '@order-pipeline/scoring/fraud/service';
import { VelocityStore } from '@order-pipeline/scoring/fraud/store';
import { createInventory } from '@order-pipeline/scoring/inventory/create';
import { createPayment } from '@order-pipeline/scoring/payment/create';
import { Counter, Registry } from 'prom-client';
import type { Cloud } from '../cloud/cloud.js';
import { createDynamoClient } from '../cloud/dynamo/client.js';
import { createGatewayClient } from '../cloud/gateway.js';
import { createRedisClient } from '../cloud/redis/client.js';
import { SERVICE_ENVIRONMENT } from './environment.js';
import { createSimLogger } from './logger.js';

/** The name under which clients find the scoring processes. */
export const SCORING = 'scoring';

/** Starts the services in the running process. */
export function startScoring(cloud: Cloud): void {
  const config = loadConfig(SERVICE_ENVIRONMENT);
  const { inventory, fraud, payment } = config;
  if (!inventory || !fraud || !payment)
    throw new Error('the simulated scoring process serves all three services');
  const logger = createSimLogger(cloud.world);
  const clock = systemClock;
  const registry = new Registry();
  const registers = [registry];
  const counter = <L extends string>(name: string, labelNames: L[] = []) =>
    new Counter({ name, help: name, labelNames, registers });
  const dynamo = createDynamoClient(cloud, { maxAttempts: 1, requestTimeoutMs: config.storeTimeoutMs });
  const deps = { dynamo, registry, logger, clock, newTryId };
  const services = [
    createInventory(inventory, deps).rpc,
    rpcService(
      FraudService,
      createFraudService({
        store: new VelocityStore(createRedisClient(cloud, fraud.redisTimeoutMs), fraud.card.velocityWindowMs),
        card: fraud.card,
        logger,
        decisions: counter('fraud_decisions_total', ['decision']),
        velocityUnknown: counter('fraud_velocity_unknown_total'),
      }),
    ),
    createPayment(payment, deps, createGatewayClient(cloud.network, cloud.gateway)).rpc,
  ];
  cloud.rpc.serve(SCORING, services, logger);
}

/** As unique as production's, from the process's own random numbers. */
function newTryId(): string {
  return randomUUID().replaceAll('-', '').slice(0, 12);
}
