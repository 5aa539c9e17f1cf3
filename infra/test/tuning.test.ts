/** Tuning of the processor: every setting of a stack reaches the variable that the processor reads, with its bounds. */
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ORDER_QUEUE } from '@order-pipeline/contracts/queues';
import { ConfigError } from '@order-pipeline/platform/env';
import { loadConfig as loadProcessorConfig } from '../../services/order-processor/src/config.ts';
import type { ContainerDefinition } from '../src/decide/containers.ts';
import { findTuningProblems, PROCESSOR_TUNING, toTuningEnvironment } from '../src/decide/tuning.ts';
import { capture } from './support/capture.ts';
import { find, type Graph } from './support/graph.ts';
import { assertBuilt } from './support/stacks.ts';

const QUEUE = 'https://sqs.us-east-1.amazonaws.com/123456789012/order-queue';

/**
 * Returns the variables that the processor's configuration rejects, in addition to those that are required everywhere.
 */
function refused(environment: Record<string, string>): string[] {
  try {
    loadProcessorConfig({
      STAGE: 'local',
      SQS_QUEUE_URL: QUEUE,
      SQS_DLQ_URL: QUEUE,
      VISIBILITY_TIMEOUT_SECONDS: String(ORDER_QUEUE.visibilityTimeoutSeconds),
      ...environment,
    });
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.problems.map(({ variable }) => variable);
    throw error;
  }
}

describe('the bounds of a setting', () => {
  const cases = PROCESSOR_TUNING.flatMap(({ key, variable, min, max }) =>
    [min, max].map((value) => ({ key, variable, value, outside: value === min ? min - 1 : max + 1 })),
  );

  it.each(cases)('$key $value are those of $variable', ({ variable, outside }) => {
    expect(refused({ [variable]: String(outside) })).toContain(variable);
  });

  it.each(cases)('$key $value is judged as the processor judges it', ({ key, variable, value }) => {
    const problems = findTuningProblems({ [key]: value }, ORDER_QUEUE.visibilityTimeoutSeconds);
    expect(problems.length > 0).toBe(refused({ [variable]: String(value) }).length > 0);
  });
});

describe('rules between settings', () => {
  it.each([
    [{}, 0],
    [{ processorLeaseMs: 30_000, processorLeaseMarginMs: 29_999 }, 0],
    [{ processorLeaseMs: 30_000, processorLeaseMarginMs: 30_000 }, 1],
    [{ processorLeaseMs: 5_000 }, 1],
    [{ reconcileAgeMs: 60_000 }, 0],
  ])('%j breaks %i', (tuning, count) => {
    expect(findTuningProblems(tuning, 30)).toHaveLength(count);
    expect(refused(toTuningEnvironment(tuning as Record<string, number>)).length > 0).toBe(count > 0);
  });
});

describe('a stack with tuning', () => {
  let graph: Graph;

  beforeAll(async () => {
    assertBuilt();
    graph = await capture({
      stack: 'dev',
      config: { 'order-pipeline:processorMaxInFlight': '16', 'order-pipeline:reconcileReadUnits': '200' },
    });
  });

  it('gives the processor what was set, and nothing else', () => {
    const task = find(graph, 'ecs/taskDefinition:TaskDefinition', 'order-processor').inputs;
    const [container] = JSON.parse(String(task.containerDefinitions)) as ContainerDefinition[];
    const variables = Object.fromEntries(
      container?.environment.map(({ name, value }) => [name, value]) ?? [],
    );
    expect(variables).toMatchObject({ MAX_IN_FLIGHT: '16', RECONCILE_READ_UNITS: '200' });
    expect(variables).not.toHaveProperty('LEASE_MS');
    expect(loadProcessorConfig({ ...variables, REDIS_URL: 'redis://cache:6379' }).consumer.maxInFlight).toBe(
      16,
    );
  });
});
