/** Assembles the operations service and starts it. */
import type { Running } from '@order-pipeline/platform/lifecycle';
import { closeServer, listen } from '@order-pipeline/platform/listen';
import type { Logger } from '@order-pipeline/platform/logger';
import { createRegistry } from '@order-pipeline/platform/metrics';
import { createOpsServer } from '@order-pipeline/platform/ops-server';
import type { Config } from './config.js';

/** The running service. */
export interface RunningOperations extends Running {
  /** Port of the console and the API. */
  readonly port: number;
}

/** Starts the service. @throws {PortInUseError} */
export async function start(config: Config, logger: Logger): Promise<RunningOperations> {
  const registry = createRegistry({ service: 'operations', version: config.version });
  const server = createOpsServer({ registry, checks: {} });
  const port = await listen(server, config.port, 'PORT');
  logger.info({ port, stage: config.stage }, 'serving operators');
  return { port, stop: () => closeServer(server) };
}
