import { type Environment, EnvReader } from '@order-pipeline/platform/env';

/** How the local stack is laid out. */
export interface LocalConfig {
  readonly ports: LocalPorts;
  /** An SQS to use instead of the built-in one. */
  readonly sqsEndpoint: string | undefined;
  /** A DynamoDB to use instead of the built-in one. */
  readonly dynamoEndpoint: string | undefined;
  /** A Redis to use instead of an own redis-server. */
  readonly redisUrl: string | undefined;
}

/** Ports of the parts, all on the loopback interface for what only the stack itself needs. */
export interface LocalPorts {
  readonly api: number;
  readonly processor: number;
  readonly scoringGrpc: number;
  readonly scoringHttp: number;
  readonly sqs: number;
  readonly dynamo: number;
  readonly redis: number;
}

/** The variable that moves each port. */
export const PORT_VARIABLES: Readonly<Record<keyof LocalPorts, string>> = {
  api: 'ORDER_API_PORT',
  processor: 'ORDER_PROCESSOR_PORT',
  scoringGrpc: 'SCORING_GRPC_PORT',
  scoringHttp: 'SCORING_HTTP_PORT',
  sqs: 'LOCAL_SQS_PORT',
  dynamo: 'LOCAL_DYNAMODB_PORT',
  redis: 'LOCAL_REDIS_PORT',
};

const HTTP = ['http:', 'https:'];

/** Reads the stack's configuration. Throws a ConfigError that lists every problem. */
export function loadLocalConfig(environment: Environment): LocalConfig {
  const env = new EnvReader(environment);
  const optionalUrl = (variable: string, schemes: readonly string[], example: string) =>
    environment[variable] ? env.url(variable, schemes, example) : undefined;
  const config: LocalConfig = {
    ports: {
      api: env.port(PORT_VARIABLES.api, 8000),
      processor: env.port(PORT_VARIABLES.processor, 9090),
      scoringGrpc: env.port(PORT_VARIABLES.scoringGrpc, 50051),
      scoringHttp: env.port(PORT_VARIABLES.scoringHttp, 8081),
      sqs: env.port(PORT_VARIABLES.sqs, 9324),
      dynamo: env.port(PORT_VARIABLES.dynamo, 4567),
      redis: env.port(PORT_VARIABLES.redis, 6380),
    },
    sqsEndpoint: optionalUrl('AWS_ENDPOINT_URL_SQS', HTTP, 'http://localhost:9324'),
    dynamoEndpoint: optionalUrl('AWS_ENDPOINT_URL_DYNAMODB', HTTP, 'http://localhost:8001'),
    redisUrl: optionalUrl('REDIS_URL', ['redis:', 'rediss:'], 'redis://localhost:6379'),
  };
  env.done();
  return config;
}
