/** The clients of the scoring services, over simulated tries. */
import { loadOperatorConfig } from '@order-pipeline/operations/operator/config';
import { createScoring, type Scoring } from '@order-pipeline/order-protocol/scoring';
import type { Logger } from '@order-pipeline/platform/logger';
import { Registry } from 'prom-client';
import type { Cloud } from '../cloud/cloud.js';
import { SERVICE_ENVIRONMENT } from './environment.js';
import { SCORING } from './scoring.js';

/** Creates the three clients of the running process. */
export function createScoringClients(cloud: Cloud, logger: Logger): Scoring {
  const config = loadOperatorConfig(SERVICE_ENVIRONMENT);
  return createScoring(config, new Registry(), logger, cloud.rpc.transport(SCORING));
}
