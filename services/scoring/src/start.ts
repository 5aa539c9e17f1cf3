/** A scoring process: its services on one gRPC and one HTTP listener. */
import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '@order-pipeline/platform/clock';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import type { Running } from '@order-pipeline/platform/lifecycle';
import type { Logger } from '@order-pipeline/platform/logger';
import { createRegistry } from '@order-pipeline/platform/metrics';
import { startRpcServer } from '@order-pipeline/platform/rpc/server';
import type { Secret } from '@order-pipeline/platform/secret';
import { watchSecrets } from '@order-pipeline/platform/secret-watcher';
import type { ScoringConfig } from './config.js';
import { createFraud } from './fraud/create.js';
import { createInventory } from './inventory/create.js';
import type { PaymentConfig } from './payment/config.js';
import { createPayment } from './payment/create.js';
import type { PaymentGateway } from './payment/gateway.js';
import type { ScoringDeps, ScoringService } from './scoring-service.js';

/** A scoring process that serves. */
export interface RunningScoring extends Running {
  readonly grpcPort: number;
  readonly httpPort: number;
}

/** Starts the services that have settings. `provider` is the one of the settings unless another is given. Throws PortInUseError. */
export async function start(
  config: ScoringConfig,
  logger: Logger,
  clock: Clock = systemClock,
  provider?: PaymentGateway,
): Promise<RunningScoring> {
  // One try: the caller is the only layer that retries, within its own deadline.
  const registry = createRegistry({ service: 'scoring', version: config.version });
  const dynamo = createDynamo(
    { region: config.awsRegion, maxAttempts: 1, requestTimeoutMs: config.storeTimeoutMs },
    registry,
  );
  const services = createServices(config, { dynamo, registry, logger, clock, newTryId }, provider);
  const close = () => {
    for (const service of services) service.close();
    dynamo.destroy();
  };
  const server = await startRpcServer({
    services: services.map(({ rpc }) => rpc),
    routes: services.flatMap(({ routes = [] }) => routes),
    grpcPort: config.grpcPort,
    grpcPortVariable: 'GRPC_PORT',
    httpPort: config.httpPort,
    httpPortVariable: 'PORT',
    registry,
    checks: Object.assign({}, ...services.map(({ checks }) => checks)),
    logger,
    ...(config.tls && { tls: config.tls }),
    // Calls in flight get most of the time to stop, closing the rest.
    drainMs: Math.floor(config.stopTimeoutMs * 0.8),
  }).catch((error) => {
    close();
    throw error;
  });
  const secrets = watchSecrets(secretsOf(config), { logger });
  const { grpcPort, httpPort } = server;
  if (config.payment && config.stage !== 'local') warnOfTestMoney(config.payment, logger);
  logger.info({ grpcPort, httpPort }, 'scoring serves');
  return {
    grpcPort,
    httpPort,
    stop: async () => {
      await server.stop();
      await secrets.stop();
      close();
    },
  };
}

function secretsOf({ fraud, payment }: ScoringConfig): Secret<string>[] {
  return [
    ...(fraud?.redisUrl ? [fraud.redisUrl] : []),
    ...(payment?.stripe ? [payment.stripe.apiKey, payment.stripe.webhookSecret] : []),
  ];
}

function warnOfTestMoney({ stripe }: PaymentConfig, logger: Logger): void {
  if (!stripe) logger.warn('payments go to the simulated gateway: no money moves');
  else if (stripe.apiKey.current.startsWith('rk_test_'))
    logger.warn("payments go to Stripe's test mode: no money moves");
}

function createServices(
  { inventory, fraud, payment }: ScoringConfig,
  deps: ScoringDeps,
  provider?: PaymentGateway,
): ScoringService[] {
  return [
    ...(inventory ? [createInventory(inventory, deps)] : []),
    ...(fraud ? [createFraud(fraud, deps)] : []),
    ...(payment ? [createPayment(payment, deps, provider)] : []),
  ];
}

/** 48 bits: calls of one order never meet the same. */
function newTryId(): string {
  return randomBytes(6).toString('base64url');
}
