import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createLogger } from '../src/logger.js';
import {
  addFields,
  createWork,
  currentFields,
  currentSteps,
  recordStep,
  runWork,
  step,
} from '../src/work.js';

test('every line of the work names it, also after a wait and through child loggers', async () => {
  const lines: object[] = [];
  const logger = createLogger('test', 'info', { write: (line) => lines.push(JSON.parse(line)) });
  const span = { traceId: 'a'.repeat(32), spanId: 'b'.repeat(16), sampled: true };
  await runWork(createWork({ request_id: 'r', attempt: undefined }, span), async () => {
    await sleep(1);
    addFields({ order_id: 'o' });
    logger.child({ part: 'x' }).info('inside');
    addFields({ attempt: 2 });
    logger.info({ order_id: 'another' }, 'inside');
  });
  logger.info('outside');
  const trace_id = span.traceId;
  expect(lines).toEqual([
    expect.objectContaining({ msg: 'inside', request_id: 'r', trace_id, order_id: 'o', part: 'x' }),
    expect.objectContaining({ msg: 'inside', request_id: 'r', trace_id, order_id: 'another', attempt: 2 }),
    expect.not.objectContaining({ request_id: 'r' }),
  ]);
});

test('steps add up, failed ones included', async () => {
  await runWork(createWork({}), async () => {
    recordStep('a', 1);
    recordStep('a', 1.25);
    await expect(step('b', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(currentSteps()).toEqual({ a: 2.3, b: expect.any(Number) });
  });
});

test('outside of any work nothing is kept', () => {
  addFields({ order_id: 'o' });
  recordStep('a', 1);
  expect(currentFields()).toEqual({});
  expect(currentSteps()).toEqual({});
});
