import { expect, test } from '@jest/globals';
import { createLogger } from '../src/logger.js';
import { createRegistry } from '../src/metrics.js';
import { ProcessedOrders } from '../src/processed-orders.js';

function start() {
  const lines: Record<string, unknown>[] = [];
  const registry = createRegistry();
  const logger = createLogger('test', 'info', { write: (line) => lines.push(JSON.parse(line)) });
  const processed = new ProcessedOrders({
    registry,
    logger,
    stage: 'dev',
    clock: () => 1_768_469_400_000,
    statuses: ['success', 'rejected', 'error'],
  });
  return { lines, registry, processed };
}

test('every status and reason has a value from the start', async () => {
  const { registry } = start();
  const text = await registry.metrics();
  for (const status of ['success', 'rejected', 'error'])
    expect(text).toContain(`orders_processed_total{env="dev",status="${status}"} 0`);
  for (const reason of [
    'OUT_OF_STOCK',
    'UNKNOWN_SKU',
    'AMOUNT_MISMATCH',
    'FRAUD_SUSPECTED',
    'PAYMENT_DECLINED',
  ])
    expect(text).toContain(`orders_rejected_total{env="dev",reason="${reason}"} 0`);
});

test('an end is counted, by reason where it has one', async () => {
  const { registry, processed } = start();
  processed.count({ order_id: 'o1', status: 'REJECTED', reason: 'OUT_OF_STOCK' });
  processed.count({ order_id: 'o2', status: 'FAILED', reason: 'RETRIES_EXHAUSTED' });
  const text = await registry.metrics();
  expect(text).toContain('orders_processed_total{env="dev",status="rejected"} 1');
  expect(text).toContain('orders_processed_total{env="dev",status="error"} 1');
  expect(text).toContain('orders_rejected_total{env="dev",reason="OUT_OF_STOCK"} 1');
  expect(text).not.toContain('reason="RETRIES_EXHAUSTED"');
});

test('its log line says how long a decision took, by which the objective is measured', () => {
  const { lines, processed } = start();
  processed.count({ order_id: 'o1', status: 'COMPLETED', acceptedAt: 1_768_469_400_000 - 1_500 });
  processed.count({ order_id: 'o2', status: 'FAILED' });
  expect(lines).toEqual([
    expect.objectContaining({ order_id: 'o1', since_accepted_ms: 1_500 }),
    expect.not.objectContaining({ since_accepted_ms: expect.anything() }),
  ]);
});

test('its log line is a count of OrdersProcessed for CloudWatch, in the embedded metric format', () => {
  const { lines, processed } = start();
  processed.count({ order_id: 'o1', status: 'COMPLETED' });
  expect(lines).toEqual([
    expect.objectContaining({
      msg: 'order ended',
      order_id: 'o1',
      order_status: 'COMPLETED',
      stage: 'dev',
      status: 'success',
      OrdersProcessed: 1,
      _aws: {
        Timestamp: 1_768_469_400_000,
        CloudWatchMetrics: [
          {
            Namespace: 'OrderPipeline',
            Dimensions: [['stage', 'status']],
            Metrics: [{ Name: 'OrdersProcessed', Unit: 'Count' }],
          },
        ],
      },
    }),
  ]);
});
