/** Assembles the operations service and starts it. */
import { fileURLToPath } from 'node:url';
import { LocalLabService } from '@order-pipeline/contracts/gen/operations/v1/local_lab_pb';
import { OperationsService } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { checkQueue } from '@order-pipeline/platform/aws';
import { systemClock } from '@order-pipeline/platform/clock';
import type { Running } from '@order-pipeline/platform/lifecycle';
import type { Logger } from '@order-pipeline/platform/logger';
import { createRegistry } from '@order-pipeline/platform/metrics';
import { observeRedis } from '@order-pipeline/platform/observe/redis';
import { createRedis } from '@order-pipeline/platform/redis';
import { type RpcServer, rpcService, startRpcServer } from '@order-pipeline/platform/rpc/server';
import { watchSecrets } from '@order-pipeline/platform/secret-watcher';
import { systemTimers } from '@order-pipeline/platform/timers';
import { createAssets } from './assets.js';
import { createAccess } from './auth/create-access.js';
import type { Config } from './config.js';
import { connectOperations } from './connect.js';
import { createLab } from './lab/create.js';
import { authorizeService } from './rpc/authorize.js';
import { readDeadLetterOrders } from './rpc/dead-letter-methods.js';
import { createLabService } from './rpc/lab-methods.js';
import { createOperationsService } from './rpc/service.js';

/** The running service. */
export interface RunningOperations extends Running {
  /** Port of the console and the Connect API. */
  readonly port: number;
  readonly grpcPort: number;
}

/** Options of the start, for tests. */
export interface StartOptions {
  /** Folder of the console's built files. */
  readonly assetsFolder?: string;
  /** Takes audit lines; standard output by default. */
  readonly writeAudit?: (line: string) => void;
  /** Longest wait of a receive for dead letters, in seconds. */
  readonly deadLetterWaitSeconds?: number;
}

/** The console, as `npm run build` leaves it. */
const ASSETS = fileURLToPath(new URL('../web/dist', import.meta.url));

/** Largest message: a list of 10,000 dead letters. */
const MESSAGE_MAX_BYTES = 32 * 1_024 * 1_024;

/** Streams last for as long as a page is open. */
const CONNECTION_MAX_AGE_MS = 24 * 3_600_000;

/** Address of both listeners in the stage `local`, where nobody logs in. */
const LOOPBACK = '127.0.0.1';

/** Starts the service. @throws {PortInUseError} */
export async function start(
  config: Config,
  logger: Logger,
  options: StartOptions = {},
): Promise<RunningOperations> {
  const registry = createRegistry({ service: 'operations', version: config.version });
  const redis = observeRedis(createRedis(config.redisUrl, logger), registry);
  const operations = connectOperations(config, redis, logger);
  const access = createAccess(config, { logger, clock: systemClock });
  const close = async () => {
    await operations.close();
    redis.disconnect();
  };
  const deps = {
    ...operations.deps,
    config,
    clock: systemClock,
    timers: systemTimers,
    writeAudit: options.writeAudit ?? ((line) => void process.stdout.write(line)),
    deadLetterWaitSeconds: options.deadLetterWaitSeconds ?? 1,
    version: config.version,
    traceUrlTemplate: config.traceUrlTemplate,
    localLab: config.lab !== undefined,
  };
  const service = createOperationsService(deps);
  const lab =
    config.lab &&
    createLabService(
      createLab({
        ...{ config, lab: config.lab, redis, clock: systemClock },
        ...{ system: deps.system, pipeline: deps.pipeline },
        readDeadLetters: () => readDeadLetterOrders(deps),
      }),
    );
  let server: RpcServer;
  try {
    await operations.start();
    server = await startRpcServer({
      services: [
        rpcService(OperationsService, service),
        ...(lab ? [rpcService(LocalLabService, lab)] : []),
      ].map((each) => authorizeService(each, { authenticate: access.authenticate, clock: systemClock })),
      routes: access.routes,
      fallback: createAssets(
        options.assetsFolder ?? ASSETS,
        config.lab && [new URL(config.lab.apiUrl).origin],
      ),
      grpcPort: config.grpcPort,
      grpcPortVariable: 'GRPC_PORT',
      httpPort: config.port,
      httpPortVariable: 'PORT',
      ...(config.stage === 'local' && { grpcHost: LOOPBACK, httpHost: LOOPBACK }),
      registry,
      checks: {
        dynamodb: () => operations.deps.system.store.check(),
        sqs: () => checkQueue(operations.deps.system.sqs, config.deadLetterQueueUrl),
      },
      limits: { messageMaxBytes: MESSAGE_MAX_BYTES, connectionMaxAgeMs: CONNECTION_MAX_AGE_MS },
      logger,
      drainMs: Math.floor(config.stopTimeoutMs * 0.3),
    });
  } catch (error) {
    await close();
    throw error;
  }
  const secrets = watchSecrets(secretsOf(config), { logger });
  const { httpPort: port, grpcPort } = server;
  logger.info({ port, grpcPort, stage: config.stage }, 'serving operators');
  return {
    port,
    grpcPort,
    stop: async () => {
      await server.stop();
      await secrets.stop();
      await close();
    },
  };
}

function secretsOf({ redisUrl, oidc }: Config) {
  const { sessionSecret, clientSecret } = oidc ?? {};
  return [redisUrl, sessionSecret, clientSecret].filter((secret) => secret !== undefined);
}
