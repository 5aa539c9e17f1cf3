import { type Draft, type Environment, EnvReader, type Invalid, isValid } from '@order-pipeline/platform/env';

/** Layout of the local stack. */
export interface LocalConfig {
  readonly ports: LocalPorts;
  /** An SQS to use instead of the built-in one. */
  readonly sqsEndpoint: string | undefined;
  /** A DynamoDB to use instead of the built-in one. */
  readonly dynamoEndpoint: string | undefined;
  /** A Redis to use instead of an own redis-server. */
  readonly redisUrl: string | undefined;
}

/** Ports of the processes, on the loopback interface for those that only the stack itself needs. */
export interface LocalPorts {
  readonly api: number;
  readonly processor: number;
  readonly webhooks: number;
  readonly operations: number;
  readonly operationsGrpc: number;
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
  webhooks: 'WEBHOOKS_PORT',
  operations: 'OPERATIONS_PORT',
  operationsGrpc: 'OPERATIONS_GRPC_PORT',
  scoringGrpc: 'SCORING_GRPC_PORT',
  scoringHttp: 'SCORING_HTTP_PORT',
  sqs: 'LOCAL_SQS_PORT',
  dynamo: 'LOCAL_DYNAMODB_PORT',
  redis: 'LOCAL_REDIS_PORT',
};

const HTTP = ['http:', 'https:'];

const DEFAULT_PORTS: LocalPorts = {
  api: 8000,
  processor: 9090,
  webhooks: 9091,
  operations: 8090,
  operationsGrpc: 50052,
  scoringGrpc: 50051,
  scoringHttp: 8081,
  sqs: 9324,
  dynamo: 4567,
  redis: 6380,
};

/** Reads the stack's configuration. Throws a ConfigError that lists every problem. */
export function loadLocalConfig(environment: Environment): LocalConfig {
  const env = new EnvReader(environment);
  const optionalUrl = (variable: string, schemes: readonly string[], example: string) =>
    environment[variable] ? env.url(variable, schemes, example) : undefined;
  return env.resolve<LocalConfig>({
    ports: readPorts(env),
    sqsEndpoint: optionalUrl('AWS_ENDPOINT_URL_SQS', HTTP, 'http://localhost:9324'),
    dynamoEndpoint: optionalUrl('AWS_ENDPOINT_URL_DYNAMODB', HTTP, 'http://localhost:8001'),
    redisUrl: optionalUrl('REDIS_URL', ['redis:', 'rediss:'], 'redis://localhost:6379'),
  });
}

/** Every process needs a port of its own, and one that the others know before it listens, so 0 is invalid. */
function readPorts(env: EnvReader): Draft<LocalPorts> {
  const owners = new Map<number, string>();
  const read = (part: keyof LocalPorts): number | Invalid => {
    const variable = PORT_VARIABLES[part];
    const port = env.integer(variable, DEFAULT_PORTS[part], 1, 65_535);
    if (!isValid(port)) return port;
    const owner = owners.get(port);
    if (owner) env.report(variable, `is ${port}, the same as ${owner}`, 'set one of them to another port');
    owners.set(port, variable);
    return port;
  };
  return {
    api: read('api'),
    processor: read('processor'),
    webhooks: read('webhooks'),
    operations: read('operations'),
    operationsGrpc: read('operationsGrpc'),
    scoringGrpc: read('scoringGrpc'),
    scoringHttp: read('scoringHttp'),
    sqs: read('sqs'),
    dynamo: read('dynamo'),
    redis: read('redis'),
  };
}
