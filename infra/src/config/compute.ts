/** The settings of everything that runs. */
import { ORDER_QUEUE } from '@order-pipeline/contracts/queues';
import { type Draft, type EnvReader, type Invalid, isValid, type Stage } from '@order-pipeline/platform/env';
import { z } from 'zod';
import { validateTaskSize } from '../decide/fargate.ts';
import { SERVICE_NAMES, type ServiceName, SINGLE_SERVICES } from '../decide/services.ts';
import { findTuningProblems, PROCESSOR_TUNING, type Tuning } from '../decide/tuning.ts';
import { readAuth, readCorsOrigins, readRateLimit } from './api.ts';
import { readCacheNodes, readCacheNodeType } from './cache.ts';
import { readImages } from './images.ts';
import { checkWayOut, readPayment, readTracing, readWebhooks } from './integrations.ts';
import { readSwitch, toKey } from './keys.ts';
import { readEntry, readVpcCidr, readZones } from './network.ts';
import { readOperations } from './operations.ts';
import type { ComputeConfig, ServiceSize } from './types.ts';

/** CloudWatch's periods of retention, in days. */
const RETENTION_DAYS = [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365];

/** Reads the settings of everything that runs, and checks those that depend on each other. */
export function readCompute(reader: EnvReader, stage: Stage | Invalid, region: string | undefined) {
  const natGateways = reader.choice('natGateways', ['none', 'single', 'perZone'], 'none');
  const auth = readAuth(reader);
  const payment = readPayment(reader, stage);
  const webhooks = readWebhooks(reader, stage);
  const tracing = readTracing(reader);
  const entry = readEntry(reader, stage, region);
  const operations = readOperations(reader, entry, region);
  checkWayOut(reader, natGateways, stage, {
    oidc: auth.mode === 'oidc',
    stripe: 'apiKey' in payment,
    webhooks: webhooks.webhooks,
    operations: operations !== undefined,
  });
  return {
    vpcCidr: readVpcCidr(reader),
    zones: readZones(reader),
    natGateways,
    entry,
    waf: readSwitch(reader, 'waf', false),
    canary: readSwitch(reader, 'canary', stage === 'prod'),
    auth,
    rateLimit: readRateLimit(reader),
    corsOrigins: readCorsOrigins(reader),
    payment,
    ...webhooks,
    ...(tracing && { tracing }),
    ...(operations && { operations }),
    images: readImages(reader),
    services: Object.fromEntries(
      SERVICE_NAMES.map((name) => [name, readSize(reader, name, stage)]),
    ) as Record<ServiceName, Draft<ServiceSize>>,
    processorTuning: readTuning(reader),
    cacheNodeType: readCacheNodeType(reader),
    cacheNodes: readCacheNodes(reader, stage),
    logRetentionDays: reader.read(
      'logRetentionDays',
      z.coerce
        .number()
        .refine((days) => RETENTION_DAYS.includes(days), { error: 'not a period of CloudWatch' })
        .default(30),
      `set one of ${RETENTION_DAYS.join(', ')}`,
    ),
    logLevel: reader.choice('logLevel', ['trace', 'debug', 'info', 'warn', 'error', 'fatal'], 'info'),
    appMetrics: readSwitch(reader, 'appMetrics', true),
    containerInsights: readSwitch(reader, 'containerInsights', false),
  } satisfies Draft<ComputeConfig>;
}

/** Reads a service's size. In prod two tasks are the least: one zone may be lost, and a deployment may fail. */
function readSize(reader: EnvReader, service: ServiceName, stage: Stage | Invalid): Draft<ServiceSize> {
  const key = toKey(service);
  const fewest = stage === 'prod' ? 2 : 1;
  const size = {
    cpuUnits: reader.integer(`${key}Cpu`, 256, 256, 4096),
    memoryMiB: reader.integer(`${key}Memory`, 512, 512, 30_720),
    ...(SINGLE_SERVICES.includes(service)
      ? { minTasks: 1, maxTasks: 1 }
      : {
          minTasks: reader.integer(`${key}MinTasks`, fewest, fewest, 100),
          maxTasks: reader.integer(`${key}MaxTasks`, 4, 1, 1_000),
        }),
  };
  const { cpuUnits, memoryMiB, minTasks, maxTasks } = size;
  if (isValid(cpuUnits) && isValid(memoryMiB)) {
    const problem = validateTaskSize({ cpuUnits, memoryMiB });
    if (problem) reader.report(`${key}Memory`, 'does not fit the CPU', problem);
  }
  if (isValid(minTasks) && isValid(maxTasks) && minTasks > maxTasks) {
    reader.report(`${key}MaxTasks`, `is less than ${key}MinTasks`, `set at least ${minTasks}`);
  }
  return size;
}

function readTuning(reader: EnvReader): Tuning {
  const tuning: Record<string, number> = {};
  for (const { key, min, max } of PROCESSOR_TUNING) {
    if (!reader.isSet(key)) continue;
    const value = reader.integer(key, min, min, max);
    if (isValid(value)) tuning[key] = value;
  }
  for (const { key, problem, remedy } of findTuningProblems(tuning, ORDER_QUEUE.visibilityTimeoutSeconds)) {
    reader.report(key, problem, remedy);
  }
  return tuning;
}
