/** The settings of fraud: the scorecard, and where velocity is counted. */
import { type Draft, type EnvReader, type Invalid, isValid, type Stage } from '@order-pipeline/platform/env';
import { readRedisUrl } from '@order-pipeline/platform/redis-url';
import type { Secret } from '@order-pipeline/platform/secret';
import type { Feature, Scale, Scorecard } from './decide.js';

/** Configuration of the fraud service. */
export interface FraudConfig {
  readonly card: Scorecard;
  /** Redis that counts velocity. Undefined on a machine without Redis: velocity is then unknown. */
  readonly redisUrl: Secret<string> | undefined;
  /** Longest time that a score waits for Redis, in milliseconds. */
  readonly redisTimeoutMs: number;
}

/**
 * The defaults: a large amount (10,000.00 and more) is rejected alone, anything else only together with others.
 * Amounts are in the minor unit of the currency.
 */
const DEFAULT_SCALES: Readonly<Record<Feature, Scale>> = {
  amount: { from: 100_000, full: 1_000_000, weight: 0.8 },
  velocity: { from: 10, full: 60, weight: 0.4 },
  quantity: { from: 20, full: 200, weight: 0.3 },
  account_age: { from: 30, full: 1, weight: 0.2 },
};

/** Reads REDIS_URL and the scorecard: `FRAUD_<FEATURE>_FROM`, `_FULL` and `_WEIGHT`, threshold and window. */
export function readFraudConfig(env: EnvReader, stage: Stage | Invalid): Draft<FraudConfig> {
  const local = stage === 'local';
  return {
    card: {
      scales: {
        amount: readScale(env, 'amount', 'rising'),
        velocity: readScale(env, 'velocity', 'rising'),
        quantity: readScale(env, 'quantity', 'rising'),
        account_age: readScale(env, 'account_age', 'falling'),
      },
      rejectFrom: env.number('FRAUD_REJECT_FROM', 0.8, 0.0001, 1),
      velocityWindowMs: env.integer('FRAUD_VELOCITY_WINDOW_MS', 60_000, 1_000, 86_400_000),
    },
    redisUrl: local && !env.isSet('REDIS_URL') ? undefined : readRedisUrl(env, local),
    redisTimeoutMs: env.integer('FRAUD_REDIS_TIMEOUT_MS', 100, 1, 10_000),
  };
}

function readScale(env: EnvReader, feature: Feature, direction: 'rising' | 'falling'): Draft<Scale> {
  const name = `FRAUD_${feature.toUpperCase()}`;
  const defaults = DEFAULT_SCALES[feature];
  const scale = {
    from: env.number(`${name}_FROM`, defaults.from, 0, Number.MAX_SAFE_INTEGER),
    full: env.number(`${name}_FULL`, defaults.full, 0, Number.MAX_SAFE_INTEGER),
    weight: env.number(`${name}_WEIGHT`, defaults.weight, 0, 1),
  };
  if (!isValid(scale.from) || !isValid(scale.full)) return scale;
  if (direction === 'rising' && scale.full <= scale.from)
    env.report(`${name}_FULL`, `is not above ${name}_FROM`, 'points grow with the value: set a larger one');
  if (direction === 'falling' && scale.full >= scale.from)
    env.report(`${name}_FULL`, `is not below ${name}_FROM`, 'points fall with the value: set a smaller one');
  return scale;
}
