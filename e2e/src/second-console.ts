/** Another operations service on the queues and tables of a running stack, with settings of its own. */
import { ORDER_DLQ, ORDER_QUEUE } from '@order-pipeline/contracts/queues';
import { awsEnvironment, resourceEnvironment } from '@order-pipeline/local/environment';
import { checkHttp, untilPasses } from '@order-pipeline/local/ready';
import { serviceEnvironment, serviceProgram } from '@order-pipeline/local/services';
import { ScannedProcess } from './scanned-process.js';
import type { E2eStack } from './stack.js';

/** Ports of the service. */
export interface SecondConsolePorts {
  readonly http: number;
  readonly grpc: number;
}

/**
 * Starts the service and waits until it is ready. The stack does not restart or stop it.
 * @throws {Error} when it is not ready within 20 s
 */
export async function startSecondConsole(
  { ports }: E2eStack,
  { http, grpc }: SecondConsolePorts,
  settings: Readonly<Record<string, string>>,
): Promise<ScannedProcess> {
  const sqs = `http://127.0.0.1:${ports.sqs}`;
  const queues = [ORDER_QUEUE, ORDER_DLQ].map(({ name }) => [name, `${sqs}/000000000000/${name}`]);
  const service = new ScannedProcess('second console', [serviceProgram('operations')], {
    PATH: process.env.PATH,
    STAGE: 'local',
    LOG_LEVEL: 'warn',
    ...awsEnvironment(sqs, `http://127.0.0.1:${ports.dynamo}`),
    ...resourceEnvironment(Object.fromEntries(queues), {}),
    REDIS_URL: `redis://127.0.0.1:${ports.redis}`,
    ...serviceEnvironment('operations', ports),
    PORT: String(http),
    GRPC_PORT: String(grpc),
    ...settings,
  });
  try {
    await untilPasses('second console', () => checkHttp(`http://127.0.0.1:${http}/ready`), 20_000);
  } catch (error) {
    await service.stop();
    throw error;
  }
  return service;
}
