/** The reconciler as operators and the processor run it. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { PlacedOrder } from '@order-pipeline/contracts/order-event';
import { withLocalDefaults } from '@order-pipeline/platform/local-defaults';
import { createRegistry } from '@order-pipeline/platform/metrics';
import { loadConfig } from '../src/config.js';
import { runReconcileCommand } from '../src/reconcile/command.js';
import { startReconciler } from '../src/reconcile/reconciler.js';
import { describeSummary, toLine } from '../src/reconcile/report.js';
import { LOGGER, until } from './harness.js';
import { ProtocolHarness } from './protocol-harness.js';
import { abandon, age, placed, write } from './reconcile-harness.js';

let harness: ProtocolHarness;
let environment: Record<string, string | undefined>;

beforeAll(async () => {
  harness = await ProtocolHarness.start();
  const { inventoryUrl, paymentUrl } = harness.config;
  environment = {
    ...withLocalDefaults(process.env),
    INVENTORY_URL: inventoryUrl,
    PAYMENT_URL: paymentUrl,
  };
});

afterAll(() => harness.stop());

const printed: string[] = [];
const complaints: string[] = [];

beforeEach(() => {
  printed.length = 0;
  complaints.length = 0;
});

async function command(...args: string[]): Promise<number> {
  const output = {
    print: (line: string) => printed.push(line),
    complain: (line: string) => complaints.push(line),
  };
  return runReconcileCommand(args, environment, output, new AbortController().signal);
}

/** An order whose worker died right after the decision; the command's clock is the machine's, so its lease ends now. */
async function leaveOpen(): Promise<PlacedOrder> {
  const order = placed();
  await abandon(harness, order, { step: 'decide', when: 'after' });
  await write(harness, order, { lease_until: 0 });
  return order;
}

describe('the command', () => {
  test('says that there is nothing', async () => {
    expect(await command()).toBe(0);
    expect(printed).toEqual(['Nothing is open for too long']);
  });

  test('shows what it would settle, settles it, and has nothing left to do', async () => {
    const order = await leaveOpen();
    expect(await command('--older-than', '0', '--dry-run')).toBe(0);
    expect(printed).toEqual([
      expect.stringMatching(
        new RegExp(`^planned {3}order ${order.order_id} {2}COMPLETED {2}hold of 2 MUG-01$`),
      ),
      expect.stringMatching(
        new RegExp(`^planned {3}order ${order.order_id} {2}COMPLETED {2}authorization since 20`),
      ),
      '2 would be settled',
    ]);
    expect(await harness.traces(order)).toMatchObject({ payment: 'AUTHORIZED' });
    printed.length = 0;
    expect(await command('--older-than', '0')).toBe(0);
    expect(printed.at(-1)).toBe('1 settled');
    expect(await harness.traces(order)).toMatchObject({ payment: 'CAPTURED', captures: 1, holds: 0 });
    printed.length = 0;
    expect(await command('--older-than', '0')).toBe(0);
    expect(printed).toEqual(['Nothing is open for too long']);
  });

  test('speaks JSON, fails when a settlement fails, and repeats it until it is settled', async () => {
    const order = await leaveOpen();
    const broken = { ...environment, PAYMENT_URL: 'http://127.0.0.1:1' };
    const output = { print: (line: string) => printed.push(line), complain: () => undefined };
    const signal = new AbortController().signal;
    expect(await runReconcileCommand(['--json', '--older-than', '0'], broken, output, signal)).toBe(1);
    const [hold] = printed.map((line) => JSON.parse(line));
    expect(hold).toEqual({
      action: 'failed',
      kind: 'hold',
      order_id: order.order_id,
      sku: 'MUG-01',
      shard: 0,
      token: expect.stringMatching(/^2:1\./),
      quantity: 2,
      status: 'COMPLETED',
      error: expect.stringContaining('unavailable'),
    });
    expect(JSON.parse(printed.at(-1) ?? '')).toMatchObject({ summary: { failed: 2, settled: 0 } });
    expect(await command('--older-than', '0')).toBe(0);
    expect(await harness.traces(order)).toMatchObject({ payment: 'CAPTURED', captures: 1, holds: 0 });
  });

  test('explains itself', async () => {
    expect(await command('--help')).toBe(0);
    expect(printed[0]).toContain('--older-than SECONDS');
  });

  test.each([
    [['--older-than', 'soon'], '--older-than takes a number of seconds, not "soon"'],
    [['--older-than', '-1'], '--older-than'],
    [['--wet-run'], "Unknown option '--wet-run'"],
    [['all'], 'Unexpected argument'],
  ])('refuses %j', async (args, problem) => {
    expect(await command(...args)).toBe(64);
    expect(complaints[0]).toContain(problem);
    expect(complaints[0]).toContain('Usage: npm run reconcile');
  });

  test('names bad settings', async () => {
    const output = { print: () => undefined, complain: (line: string) => complaints.push(line) };
    const bad = { ...environment, RECONCILE_AGE_MS: '1000' };
    expect(await runReconcileCommand([], bad, output, new AbortController().signal)).toBe(78);
    expect(complaints[0]).toContain('RECONCILE_AGE_MS is shorter than 2 times VISIBILITY_TIMEOUT_SECONDS');
  });

  test('says when it was stopped', async () => {
    const output = { print: () => undefined, complain: (line: string) => complaints.push(line) };
    expect(await runReconcileCommand([], environment, output, AbortSignal.abort())).toBe(1);
    expect(complaints).toEqual(['Stopped before the end; what is settled stays settled']);
  });

  test('says when a table is not there, and when nothing listens', async () => {
    const output = { print: () => undefined, complain: (line: string) => complaints.push(line) };
    const { signal } = new AbortController();
    const wrong = { ...environment, INVENTORY_TABLE: 'no-such-table' };
    expect(await runReconcileCommand([], wrong, output, signal)).toBe(1);
    const endpoint = process.env.AWS_ENDPOINT_URL_DYNAMODB;
    try {
      process.env.AWS_ENDPOINT_URL_DYNAMODB = 'http://127.0.0.1:1';
      expect(await runReconcileCommand([], environment, output, signal)).toBe(1);
    } finally {
      process.env.AWS_ENDPOINT_URL_DYNAMODB = endpoint;
    }
    expect(complaints[0]).toMatch(/^Cannot reconcile: .*resource not found$/i);
    expect(complaints[1]).toContain('ECONNREFUSED');
    expect(complaints[1]).toContain('start the stack (npm start)');
  });
});

describe('the schedule of the processor', () => {
  test('settles, counts, and tells how many orders are stuck', async () => {
    const [decided, stuck] = [placed(), placed()];
    await abandon(harness, decided, { step: 'decide', when: 'after' });
    await abandon(harness, stuck, { step: 'authorize', when: 'before' });
    age(harness);
    const registry = createRegistry();
    const { dynamo, scoring, sink: events, config, clock } = harness;
    const reconcile = { intervalMs: 10, ageMs: 25_000, readUnitsPerSecond: 1_000_000 };
    const options = {
      dynamo,
      scoring,
      events,
      config: { ...config, reconcile },
      clock,
      registry,
      logger: LOGGER,
    };
    const reconciler = startReconciler(options);
    const value = async (line: string) =>
      Number(
        (await registry.metrics())
          .split('\n')
          .find((one) => one.startsWith(line))
          ?.split(' ')[1],
      );
    await until('a pass', async () => (await value('reconciler_last_run_timestamp_seconds')) > 0);
    await reconciler.stop();
    expect(await value('orders_stuck')).toBe(1);
    expect(await value('reconciler_findings_total{kind="hold",action="settled"}')).toBe(1);
    expect(await value('reconciler_findings_total{kind="claim",action="reported"}')).toBeGreaterThan(0);
    expect(await value('reconciler_findings_total{kind="hold",action="failed"}')).toBe(0);
    expect(await harness.traces(decided)).toMatchObject({ payment: 'CAPTURED', captures: 1 });
    expect(harness.events.map(({ id }) => id)).toContain(`${decided.order_id}:completed`);
  });

  test('can be turned off', async () => {
    const { dynamo, scoring, sink: events, config } = harness;
    const off = { ...config, reconcile: { ...config.reconcile, intervalMs: 0 } };
    const registry = createRegistry();
    await startReconciler({ dynamo, scoring, events, config: off, registry, logger: LOGGER }).stop();
    expect(await registry.metrics()).not.toContain('reconciler');
  });
});

test('defaults: every five minutes, what is older than fifteen', () => {
  expect(loadConfig(withLocalDefaults({})).reconcile).toEqual({
    intervalMs: 300_000,
    ageMs: 900_000,
    readUnitsPerSecond: 50,
  });
});

test('a report in words', () => {
  expect(
    toLine({
      finding: { kind: 'claim', orderId: 'o1', since: 0 },
      verdict: { action: 'report', reason: 'STUCK' },
      action: 'reported',
    }),
  ).toBe('reported  order o1  STUCK  claim since 1970-01-01T00:00:00.000Z');
  expect(
    toLine({
      finding: { kind: 'authorization', orderId: 'o1', since: 0 },
      verdict: { action: 'settle', status: 'FAILED', order: { order_id: 'o1', items: [] } },
      action: 'failed',
      error: 'no answer',
    }),
  ).toBe('failed    order o1  FAILED  authorization since 1970-01-01T00:00:00.000Z  no answer');
  const summary = {
    settled: 0,
    released: 0,
    voided: 0,
    stuckClaims: 0,
    planned: 0,
    failed: 1,
    reported: 2,
    left: 3,
    stuckOrders: 2,
  };
  expect(describeSummary(summary)).toBe(
    '1 could not be settled, 2 undecided or unknown, for an operator, 3 left to the workers\n' +
      'Stuck orders: 2. Try: npm run orders -- dlq list',
  );
});
