/** fraud.v1: validates, reads the velocity, decides, translates. */
import type { ServiceImpl } from '@connectrpc/connect';
import { Decision, type FraudService } from '@order-pipeline/contracts/gen/fraud/v1/fraud_pb';
import type { Logger } from '@order-pipeline/platform/logger';
import type { Counter } from 'prom-client';
import { createTranslator } from '../errors.js';
import { decideFraud, type Scorecard } from './decide.js';
import type { VelocityStore } from './store.js';
import { validateScore } from './validate.js';

/** Dependencies of the fraud service. */
export interface FraudDeps {
  readonly logger: Logger;
  readonly store: VelocityStore;
  readonly card: Scorecard;
  /** Counts the responses to Score. */
  readonly decisions: Counter<'decision'>;
  /** Counts the responses that were computed without velocity. */
  readonly velocityUnknown: Counter;
}

/** The service of fraud.v1. */
export function createFraudService(deps: FraudDeps): ServiceImpl<typeof FraudService> {
  const { store, card, decisions, velocityUnknown, logger } = deps;
  const answer = createTranslator(logger);
  return {
    score: answer(async (request) => {
      const order = validateScore(request);
      const velocity = await store.count(order);
      if (velocity === undefined) velocityUnknown.inc();
      const { score, decision, contributions } = decideFraud({ ...order.features, velocity }, card);
      decisions.inc({ decision: decision.toLowerCase() });
      return { score, decision: Decision[decision], contributions: [...contributions] };
    }),
  };
}
