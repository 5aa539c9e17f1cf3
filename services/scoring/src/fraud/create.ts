/** Fraud with its Redis and metrics. */
import { FraudService } from '@order-pipeline/contracts/gen/fraud/v1/fraud_pb';
import { observeRedis } from '@order-pipeline/platform/observe/redis';
import { createRedis } from '@order-pipeline/platform/redis';
import { rpcService } from '@order-pipeline/platform/rpc/server';
import { Counter } from 'prom-client';
import type { ScoringDeps, ScoringService } from '../scoring-service.js';
import type { FraudConfig } from './config.js';
import { createFraudService } from './service.js';
import { VelocityStore } from './store.js';

/** Puts the service together. It is ready without Redis: velocity then adds nothing to a score. */
export function createFraud(config: FraudConfig, { registry, logger }: ScoringDeps): ScoringService {
  const { redisUrl, redisTimeoutMs } = config;
  const redis = redisUrl && observeRedis(createRedis(redisUrl, logger, redisTimeoutMs), registry);
  const decisions = new Counter({
    name: 'fraud_decisions_total',
    help: 'Responses of Score by decision, repeats included',
    labelNames: ['decision'] as const,
    registers: [registry],
  });
  for (const decision of ['accept', 'reject']) decisions.inc({ decision }, 0);
  const velocityUnknown = new Counter({
    name: 'fraud_velocity_unknown_total',
    help: 'Scores that were computed without velocity, since Redis was unavailable',
    registers: [registry],
  });
  const store = new VelocityStore(redis, config.card.velocityWindowMs);
  return {
    rpc: rpcService(
      FraudService,
      createFraudService({ store, card: config.card, logger, decisions, velocityUnknown }),
    ),
    checks: {},
    close: () => redis?.disconnect(),
  };
}
