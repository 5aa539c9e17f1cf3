import { parseNamedUrls } from '@order-pipeline/contracts/settings';
import { type Environment, EnvReader, type Invalid, isValid } from '@order-pipeline/platform/env';
import { readRedisUrl } from '@order-pipeline/platform/redis-url';
import type { Secret } from '@order-pipeline/platform/secret';
import { type OidcConfig, readOidc } from './auth/config.js';
import type { WatchedService } from './feed/health.js';
import { type OperatorConfig, readOperatorConfig } from './operator/config.js';

/** Configuration of the operations service. Times carry their unit in the name. */
export interface Config extends OperatorConfig {
  /** Port of the console, the Connect API, /health, /ready and /metrics. */
  readonly port: number;
  /** Port of the gRPC API. */
  readonly grpcPort: number;
  readonly redisUrl: Secret<string>;
  /** Login; undefined in the stage `local`, where the service listens on the loopback interface only. */
  readonly oidc: OidcConfig | undefined;
  /** Services whose health the console shows. */
  readonly services: readonly WatchedService[];
  /** URL with `{trace_id}` in the place of the id; empty without a trace viewer. */
  readonly traceUrlTemplate: string;
  /** The local stack, for experiments; undefined outside the stage `local`. */
  readonly lab: LabConfig | undefined;
  /** Longest time from SIGTERM to exit. */
  readonly stopTimeoutMs: number;
}

/** The local stack, as LocalLabService reaches it. */
export interface LabConfig {
  /** Base URL of order-api. */
  readonly apiUrl: string;
  /** URL of the stack's control; undefined when the service was not started by `npm start`. */
  readonly controlUrl: string | undefined;
  /** Proves to the stack's control who asks. */
  readonly controlToken: string;
}

const HTTP = ['http:', 'https:'];

/** Loads the configuration. @throws {ConfigError} listing every problem */
export function loadConfig(environment: Environment): Config {
  const env = new EnvReader(environment);
  const operator = readOperatorConfig(env, environment);
  if (!isOperator(operator)) return env.resolve<Config>(operator);
  const local = operator.stage === 'local';
  return env.resolve<Config>({
    ...operator,
    port: env.port('PORT', 8090),
    grpcPort: env.port('GRPC_PORT', 50052),
    redisUrl: readRedisUrl(env, local),
    oidc: readOidc(env, operator.stage),
    services: readServices(env),
    traceUrlTemplate: env.textOr('TRACE_URL_TEMPLATE', ''),
    lab: local
      ? {
          apiUrl: env.url('ORDER_API_URL', HTTP, 'http://localhost:8000', 'http://localhost:8000'),
          controlUrl: env.isSet('LOCAL_CONTROL_URL')
            ? env.url('LOCAL_CONTROL_URL', HTTP, 'http://127.0.0.1:9500')
            : undefined,
          controlToken: env.textOr('LOCAL_CONTROL_TOKEN', ''),
        }
      : undefined,
    stopTimeoutMs: env.integer('STOP_TIMEOUT_MS', 10_000, 1_000, 120_000),
  });
}

type OperatorDraft = Exclude<ReturnType<typeof readOperatorConfig>, Invalid>;

function isOperator(draft: ReturnType<typeof readOperatorConfig>): draft is OperatorDraft {
  return isValid(draft);
}

function readServices(env: EnvReader): readonly WatchedService[] | Invalid {
  const text = env.textOr('HEALTH_URLS', '');
  if (!isValid(text)) return text;
  const { urls, invalid } = parseNamedUrls(text);
  for (const entry of invalid)
    env.report(
      'HEALTH_URLS',
      `holds ${entry}, which is no name=URL`,
      'list readiness pages such as order-api=http://order-api:8000/ready, separated by commas',
    );
  return urls;
}
