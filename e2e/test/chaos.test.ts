/** The whole system under every kind of fault: `npm run chaos`, small enough for the gate. */
import { expect, test } from '@jest/globals';
import { formatReport } from '../src/chaos/format-report.js';
import { passed } from '../src/chaos/report.js';
import { run } from '../src/chaos/run.js';
import { chaosScenario } from '../src/chaos/scenarios.js';

test('no fault loses an order, charges twice, oversells or leaves anything behind', async () => {
  const { report, log } = await run({
    seed: 1,
    orders: 100,
    scenario: chaosScenario(1, 20_000),
    drainTimeoutMs: 120_000,
  });
  if (!passed(report)) throw new Error(`${formatReport(report)}\n\n${log.slice(-50).join('\n')}`);
  expect(formatReport(report).split('\n').at(-1)).toBe('lost 0, double-charged 0, oversold 0, dangling 0');
  expect(report.kills).toBeGreaterThanOrEqual(5);
  expect(report.duplicates).toBeGreaterThanOrEqual(10);
  expect(report.charges).toBeGreaterThan(30);
  expect(report.webhookFailures).toBeGreaterThan(30);
}, 240_000);
