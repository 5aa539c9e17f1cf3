/**
 * `npm run bench -- hot-sku`: what an order costs, and how many a second one SKU takes within the limits of DynamoDB's
 * partition keys, at different numbers of open holds. The store is the real one, on the emulator; capacity and limits are
 * counted by DynamoDB's rules in virtual time.
 */
import { startTestStack } from '@order-pipeline/local/test-stack';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import { MeteredClient } from './metered-client.js';
import { runScenario, type ScenarioResult } from './scenario.js';

/** Orders a second that one SKU has to take. */
const ORDERS_PER_SECOND_MIN = 1_000;
/** Orders a second that come in: more than that, so that the shards have to follow. */
const RATE = 1_250;
const OPEN_HOLDS = [10, 1_000, 10_000];
const MEASURED_ORDERS = 1_000;

/** Units of an order's other writes: claim 2 (with the index), authorize, decide and capture 1 each. */
const OTHER_WRITE_UNITS = 5;
const WRITE_UNITS_MAX = 8;

/** Runs the benchmark. Returns false when a budget is missed. */
export async function run(): Promise<boolean> {
  const stack = await startTestStack();
  const dynamo = createDynamo({ region: 'us-east-1', maxAttempts: 3, requestTimeoutMs: 10_000 });
  try {
    print([
      'open holds',
      'shards',
      'WRU/order',
      'of it stock',
      'RRU/order',
      'orders/s',
      'throttled',
      'lost pieces',
    ]);
    let passed = true;
    for (const openHolds of OPEN_HOLDS) {
      const sku = `HOT-${openHolds}`;
      const options = { sku, rate: RATE, openHolds, orders: MEASURED_ORDERS };
      const result = await runScenario(new MeteredClient(dynamo), options);
      print(toRow(result));
      passed &&= isWithinBudget(result);
    }
    process.stdout.write(
      `${passed ? 'ok' : 'MISSED'}: at most ${WRITE_UNITS_MAX} WRU an order, at least ${ORDERS_PER_SECOND_MIN} orders/s, no piece lost\n`,
    );
    return passed;
  } finally {
    dynamo.destroy();
    await stack.stop();
  }
}

function isWithinBudget({ writeUnits, ordersPerSecond, lostPieces }: ScenarioResult): boolean {
  return (
    writeUnits + OTHER_WRITE_UNITS <= WRITE_UNITS_MAX &&
    ordersPerSecond >= ORDERS_PER_SECOND_MIN &&
    lostPieces === 0
  );
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

function print(cells: readonly string[]): void {
  process.stdout.write(`${cells.map((cell) => cell.padStart(12)).join('')}\n`);
}
