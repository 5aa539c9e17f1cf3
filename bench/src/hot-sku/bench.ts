/**
 * `npm run bench -- hot-sku`: what an order costs, and how many a second one SKU takes within the limits of DynamoDB's
 * partition keys, at different numbers of open holds. The store is the real one, on the emulator; capacity and limits are
 * counted by DynamoDB's rules in virtual time.
 */
import { startTestStack } from '@order-pipeline/local/test-stack';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import type { BenchOptions, Budget, ScenarioReport } from '../scenario.js';
import { MeteredClient } from './metered-client.js';
import { runScenario, type ScenarioResult } from './scenario.js';

/** Orders a second that one SKU has to take. */
const ORDERS_PER_SECOND_MIN = 1_000;
/** Orders a second that come in: more than that, so that the shards have to follow. */
const RATE = 1_250;
/** Figures of the whole run and of the quick one. */
const QUICK_OPEN_HOLDS = [1_000];
const OPEN_HOLDS = [10, 1_000, 10_000];
const MEASURED_ORDERS = 1_000;

/** Units of an order's other writes: claim 2 (with the index), authorize, decide and capture 1 each. */
const OTHER_WRITE_UNITS = 5;
const WRITE_UNITS_MAX = 8;

/** Measures. */
export async function runHotSku({ quick, say }: BenchOptions): Promise<ScenarioReport> {
  const stack = await startTestStack();
  const dynamo = createDynamo({ region: 'us-east-1', maxAttempts: 3, requestTimeoutMs: 10_000 });
  const results: ScenarioResult[] = [];
  try {
    for (const openHolds of quick ? QUICK_OPEN_HOLDS : OPEN_HOLDS) {
      say(`${openHolds} open holds`);
      const options = { sku: `HOT-${openHolds}`, rate: RATE, openHolds, orders: MEASURED_ORDERS };
      results.push(await runScenario(new MeteredClient(dynamo), options));
    }
  } finally {
    dynamo.destroy();
    await stack.stop();
  }
  return toReport(results);
}

function toReport(results: readonly ScenarioResult[]): ScenarioReport {
  const columns = ['open holds', 'shards', 'write units an order', 'of them stock', 'read units an order'];
  return {
    title: 'One hot SKU',
    method:
      `${RATE} orders a second for one SKU, in virtual time, through the real store on the emulator. Capacity and throttling ` +
      'follow DynamoDB’s rules for each partition key.',
    tables: [
      {
        title: 'By the number of open holds',
        columns: [...columns, 'orders/s', 'throttled calls', 'lost pieces'],
        rows: results.map(toRow),
      },
    ],
    charts: [],
    budgets: [
      toBudget('write units of an order for a hot SKU', 'at-most', WRITE_UNITS_MAX, results, (result) =>
        Math.max(...result.map(({ writeUnits }) => writeUnits + OTHER_WRITE_UNITS)),
      ),
      toBudget('orders/s on one SKU', 'at-least', ORDERS_PER_SECOND_MIN, results, (result) =>
        Math.min(...result.map(({ ordersPerSecond }) => ordersPerSecond)),
      ),
      toBudget('lost pieces', 'at-most', 0, results, (result) =>
        Math.max(...result.map(({ lostPieces }) => Math.abs(lostPieces))),
      ),
    ],
    data: results,
  };
}

function toBudget(
  name: string,
  kind: Budget['kind'],
  limit: number,
  results: readonly ScenarioResult[],
  worst: (results: readonly ScenarioResult[]) => number,
): Budget {
  return { name, kind, limit, value: worst(results) };
}

function toRow(result: ScenarioResult): string[] {
  return [
    String(result.openHolds),
    String(result.shards),
    (result.writeUnits + OTHER_WRITE_UNITS).toFixed(2),
    result.writeUnits.toFixed(2),
    result.readUnits.toFixed(2),
    Math.floor(result.ordersPerSecond).toString(),
    String(result.throttled),
    String(result.lostPieces),
  ];
}
