/** Cost of an order in AWS requests, capacity units and USD, counted on the wire at several rates. */
import { setTimeout as sleep } from 'node:timers/promises';
import { prepareRequests } from '../accept/requests.js';
import type { AwsTotals } from '../harness/aws-meter.js';
import { startBackend } from '../harness/backend.js';
import { THIS_BUILD } from '../harness/builds.js';
import { PRICES, usdPerMillionOrders } from '../harness/decide/billing.js';
import { startServices } from '../harness/services.js';
import { generateClosedLoad, generateOpenLoad, type LoadResult } from '../load/generate.js';
import { stockItems, untilDrained } from '../load/orders.js';
import type { BenchOptions, Budget, ScenarioReport } from '../scenario.js';

const MAX_SQS_REQUESTS = 0.35;
const MAX_WRITE_UNITS = 8;
const MAX_USD = 6;

/** Orders a second; undefined for as many as possible. */
type Rate = number | undefined;

interface CostResult {
  readonly name: string;
  readonly orders: number;
  readonly totals: AwsTotals;
}

/** Counts. */
export async function runCost(options: BenchOptions): Promise<ScenarioReport> {
  const { quick, latency, say } = options;
  const backend = await startBackend({ counted: true, latency });
  const { proxy } = backend;
  if (!proxy) throw new Error('the backend does not count');
  const names = ['scoring', 'order-processor', 'order-api'] as const;
  const services = await startServices({ build: THIS_BUILD, backend, names });
  const results: CostResult[] = [];
  try {
    await stockItems(services.ports.scoring);
    const port = services.ports['order-api'];
    // Responses from a cache are not part of an order's cost: fill the caches first.
    await placeOrders(port, 20, 3);
    await untilDrained(backend);
    for (const rate of quick ? [40, undefined] : [1, 10, 40, undefined]) {
      const name = rate === undefined ? 'saturated' : `${rate} orders/s`;
      say(name);
      await proxy.take();
      const { completed: orders } = await placeOrders(port, rate, quick ? 4 : 15);
      await untilDrained(backend);
      await sleep(200);
      results.push({ name, orders, totals: await proxy.take() });
    }
  } finally {
    await services.stop();
    await backend.stop();
  }
  return toReport(results);
}

const SATURATED_ORDERS_PER_SECOND = 300;

/** At saturation the intake gets ahead of the processor, and everything is counted until the queue is empty. */
function placeOrders(port: number, rate: Rate, seconds: number): Promise<LoadResult> {
  const nextRequest = prepareRequests({ tokens: 'warm', keys: false }, 0);
  if (rate !== undefined) return generateOpenLoad({ port, rate, seconds, nextRequest });
  const requests = SATURATED_ORDERS_PER_SECOND * seconds;
  return generateClosedLoad({ port, connections: 256, requests, nextRequest });
}

function toReport(results: readonly CostResult[]): ScenarioReport {
  const saturated = results.at(-1);
  const each = (value: number, { orders }: CostResult) => (value / orders).toFixed(2);
  const rows = results.map((result) => [
    result.name,
    String(result.orders),
    each(result.totals.sqsRequests, result),
    each(result.totals.writeUnits, result),
    each(result.totals.indexWriteUnits, result),
    each(result.totals.readUnits, result),
    each(result.totals.snsRequests, result),
    each(result.totals.failedConditions, result),
    usdPerMillionOrders(result.totals, result.orders).toFixed(2),
  ]);
  const operations = [...new Set(results.flatMap(({ totals }) => Object.keys(totals.requests)))].sort();
  return {
    title: 'Cost of an order',
    method:
      'One-line orders go through API, processor and scoring; a proxy between the services and the emulators counts every AWS ' +
      'request, retries and empty receives included. Index writes, which the emulator leaves out, are added by DynamoDB’s rule. ' +
      `List prices per million, us-east-1: SQS ${PRICES.sqsRequest}, SNS ${PRICES.snsRequest}, write unit ${PRICES.writeUnit}, read unit ${PRICES.readUnit} USD. Computing, storage and transfer are not included.`,
    tables: [
      {
        title: 'Per order',
        columns: [
          'rate',
          'orders',
          'SQS requests',
          'write units',
          'of them index',
          'read units',
          'SNS requests',
          'failed conditions',
          'USD per million',
        ],
        rows,
      },
      {
        title: 'Requests per order',
        columns: ['operation', ...results.map(({ name }) => name)],
        rows: operations.map((operation) => [
          operation,
          ...results.map((result) => each(result.totals.requests[operation] ?? 0, result)),
        ]),
      },
    ],
    charts: [
      {
        kind: 'bars',
        file: 'cost.svg',
        title: 'SQS, DynamoDB and SNS for a million one-line orders',
        unit: 'USD',
        bars: results.map(({ name, totals, orders }) => ({
          name,
          value: usdPerMillionOrders(totals, orders),
        })),
      },
    ],
    budgets: saturated ? toBudgets(saturated) : [],
    data: results,
  };
}

function toBudgets({ totals, orders }: CostResult): Budget[] {
  return [
    {
      name: 'SQS requests per order, saturated',
      value: totals.sqsRequests / orders,
      limit: MAX_SQS_REQUESTS,
      kind: 'at-most',
    },
    {
      name: 'DynamoDB write units per one-line order',
      value: totals.writeUnits / orders,
      limit: MAX_WRITE_UNITS,
      kind: 'at-most',
    },
    {
      name: 'USD per million orders (SQS, DynamoDB, SNS), saturated',
      value: usdPerMillionOrders(totals, orders),
      limit: MAX_USD,
      kind: 'at-most',
    },
  ];
}
