import { expect, test } from '@jest/globals';
import { selectLines, traceOrder } from '../src/operator/trace.js';

const TRACE = 'a'.repeat(32);
const LINES = [
  `[order-api] {"trace_id":"${TRACE}","order_id":"o1","route":"/orders","status":202}`,
  '[order-api] {"trace_id":"b","order_id":"o2","route":"/orders","status":202}',
  `[scoring] {"trace_id":"${TRACE}","msg":"slow"}`,
  '[order-api] {"trace_id":"c","order_id":"o1","route":"/orders/:order_id"}',
  '[scoring] {"trace_id":"c","msg":"of a poll"}',
];

test('lines of an order are those that name it, and those of its trace', () => {
  expect(selectLines(LINES, 'o1')).toEqual([LINES[0], LINES[2], LINES[3]]);
});

test('a missing log is named', async () => {
  const trace = traceOrder('o1', { file: 'no-such.log', out: () => undefined });
  await expect(trace).rejects.toThrow('there is no no-such.log');
});
