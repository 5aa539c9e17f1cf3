/** The configuration of a scoring process. */
import {
  type CommonConfig,
  type Environment,
  EnvReader,
  isValid,
  readCommon,
} from '@order-pipeline/platform/env';
import type { ServerTls } from '@order-pipeline/platform/rpc/tls';
import { readServerTls } from '@order-pipeline/platform/rpc/tls-config';
import { z } from 'zod';
import { type FraudConfig, readFraudConfig } from './fraud/config.js';
import { type InventoryConfig, readInventoryConfig } from './inventory/config.js';
import { type PaymentConfig, readPaymentConfig } from './payment/config.js';

/** The services that a process can serve. */
const SCORING_SERVICES = ['inventory', 'fraud', 'payment'] as const;

/** Configuration of a scoring process. A service without configuration is not served. */
export interface ScoringConfig extends CommonConfig {
  readonly grpcPort: number;
  readonly httpPort: number;
  /** Both listeners speak TLS with it. */
  readonly tls?: ServerTls;
  /** Time limit of a stop, in milliseconds. */
  readonly stopTimeoutMs: number;
  /** Time limit of one DynamoDB call, in milliseconds. */
  readonly storeTimeoutMs: number;
  readonly inventory?: InventoryConfig;
  readonly fraud?: FraudConfig;
  readonly payment?: PaymentConfig;
}

const ServiceList = z
  .string()
  .default(SCORING_SERVICES.join(','))
  .transform((list) => list.split(',').map((name) => name.trim()))
  .pipe(z.array(z.enum(SCORING_SERVICES, { error: 'not a list of known services' })));

/** Reads the environment. Settings of services that are not served are not required. Throws ConfigError. */
export function loadConfig(environment: Environment): ScoringConfig {
  const env = new EnvReader(environment);
  const remedy = `set it to a list of ${SCORING_SERVICES.join(', ')}, separated by commas`;
  const services = env.read('SCORING_SERVICES', ServiceList, remedy);
  const served = new Set(isValid(services) ? services : []);
  const common = readCommon(env);
  const tls = readServerTls(env);
  return env.resolve<ScoringConfig>({
    ...common,
    grpcPort: env.port('GRPC_PORT', 50_051),
    httpPort: env.port('PORT', 8_081),
    ...(tls && { tls }),
    stopTimeoutMs: env.integer('STOP_TIMEOUT_MS', 25_000, 1_000, 120_000),
    storeTimeoutMs: env.integer('STORE_TIMEOUT_MS', 1_000, 10, 60_000),
    ...(served.has('inventory') && { inventory: readInventoryConfig(env) }),
    ...(served.has('fraud') && { fraud: readFraudConfig(env, common.stage) }),
    ...(served.has('payment') && { payment: readPaymentConfig(env) }),
  });
}
