/**
 * Numbers of the capacity model, each with its source: a report of this repository, or AWS's documentation (read in November
 * 2025, us-east-1).
 */

/** A number and where it comes from. */
export interface Sourced {
  readonly value: number;
  readonly unit: string;
  readonly source: string;
}

const of = (value: number, unit: string, source: string): Sourced => ({ value, unit, source });

const REPORT = 'bench/results/quick';
const SQS_QUOTAS = 'Amazon SQS developer guide, message quotas';
const DYNAMO_QUOTAS = 'Amazon DynamoDB developer guide, service quotas';
const DYNAMO_ON_DEMAND = 'Amazon DynamoDB developer guide, on-demand capacity mode';
const FARGATE_PRICES = 'AWS Fargate pricing, Linux on ARM';

/** Resources of one order, measured. CPU times are those of one core of the machine of the report. */
export const ORDER = {
  apiCpuMs: of(0.1, 'ms', `${REPORT}, accept`),
  processorCpuMs: of(2.3, 'ms', `${REPORT}, process`),
  scoringCpuMs: of(2.4, 'ms', `${REPORT}, process`),
  secondsInFlight: of(0.5, 's', 'from receive to delete: e2e p95 below the knee and DELETE_LINGER_MS'),
  ordersWriteUnits: of(3, 'WRU', `${REPORT}, cost: claim, decision, index entry`),
  paymentsWriteUnits: of(2, 'WRU', `${REPORT}, cost: authorization, capture`),
  inventoryWriteUnits: of(2, 'WRU', `${REPORT}, cost: hold, sale`),
  readUnits: of(3, 'RRU', `${REPORT}, cost`),
  sqsRequests: of(0.35, 'requests', `${REPORT}, cost, saturated`),
  snsRequests: of(0.2, 'requests', `${REPORT}, cost, saturated`),
  redisCommands: of(
    4,
    'commands',
    'rate limit (shared by the requests of a turn), status change twice, feed of recent orders',
  ),
  logBytes: of(2_500, 'bytes', 'one line in the API, two in the processor, five in scoring'),
  networkBytes: of(12_000, 'bytes', 'requests and responses of about ten AWS calls'),
  clientBytes: of(2_000, 'bytes', 'request and response of POST /orders'),
} as const;

/** Limits of AWS. */
export const LIMIT = {
  sqsInFlight: of(120_000, 'messages', SQS_QUOTAS),
  sqsBatch: of(10, 'messages a call', SQS_QUOTAS),
  tableWriteUnits: of(40_000, 'WRU/s a table', `${DYNAMO_QUOTAS}: default, can be raised`),
  newTableWriteUnits: of(4_000, 'WRU/s', `${DYNAMO_ON_DEMAND}: a new table, without warm throughput set`),
  partitionWriteUnits: of(1_000, 'WRU/s', `${DYNAMO_QUOTAS}: partition key`),
  snsMessages: of(
    30_000,
    'messages/s',
    'Amazon SNS quotas, Publish API, us-east-1; 9,000 or less in other regions',
  ),
  redisCommands: of(
    100_000,
    'commands/s',
    'assumed for one shard of a small node; to be measured ahead of such a load',
  ),
  logCalls: of(5_000, 'PutLogEvents/s', 'Amazon CloudWatch Logs quotas, per account, can be raised'),
  endpointBytes: of(
    1.25e9,
    'bytes/s',
    'AWS PrivateLink quotas: 10 Gbit/s for each network interface, more by itself',
  ),
} as const;

/** List prices in USD. */
export const PRICE = {
  sqsMillion: of(0.4, 'per million requests', 'Amazon SQS pricing'),
  snsMillion: of(0.5, 'per million requests', 'Amazon SNS pricing'),
  writeMillion: of(0.625, 'per million WRU', 'Amazon DynamoDB pricing, on demand'),
  readMillion: of(0.125, 'per million RRU', 'Amazon DynamoDB pricing, on demand'),
  vcpuHour: of(0.03238, 'per hour', FARGATE_PRICES),
  gbHour: of(0.00356, 'per GB and hour', FARGATE_PRICES),
  logGb: of(0.5, 'per GB', 'Amazon CloudWatch pricing, ingestion'),
  endpointGb: of(0.01, 'per GB', 'AWS PrivateLink pricing'),
  endpointHour: of(0.01, 'per hour, endpoint and zone', 'AWS PrivateLink pricing'),
  lcuHour: of(0.008, 'per LCU hour', 'Elastic Load Balancing pricing; 1 GB an hour is one LCU'),
  redisHour: of(0.137, 'per hour and node', 'Amazon ElastiCache pricing, cache.m7g.large'),
} as const;

/** Choices of the deployment. */
export const CHOICE = {
  utilization: of(0.6, '', 'target of the auto scaling policies'),
  minTasks: of(3, 'tasks', 'one in each of three zones'),
  taskGb: of(2, 'GB a vCPU', 'smallest size that Fargate offers for one vCPU'),
  processorInFlight: of(64, 'orders', 'MAX_IN_FLIGHT'),
  endpoints: of(
    4,
    'interface endpoints',
    'SQS, SNS, Logs, Secrets Manager; DynamoDB has a gateway endpoint, which is free',
  ),
  zones: of(3, 'zones', 'Pulumi.prod.yaml'),
} as const;
