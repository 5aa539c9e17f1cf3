/** Support of the reconciler's tests. */
import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import type { PlacedOrder } from '@order-pipeline/contracts/order-event';
import { createFind } from '../src/reconcile/find.js';
import {
  type Outcome,
  type PassSummary,
  type ReconcileOptions,
  reconcile,
} from '../src/reconcile/reconcile.js';
import type { ScanPace } from '../src/reconcile/scan.js';
import { until } from './harness.js';
import { CrashError, type CrashPoint, type ProtocolHarness } from './protocol-harness.js';

export { placed } from './placed.js';

/** Minimum age in the tests: longer than a lease, shorter than two. */
export const AGE_MS = 25_000;

export const FAST: ScanPace = { pageItems: 3, readUnitsPerSecond: 1_000_000 };

/**
 * Delivers the order to a worker that dies, and does not deliver its message again. A worker that fails otherwise,
 * since a busy machine did not connect in time, is followed by another.
 */
export async function abandon(
  harness: ProtocolHarness,
  order: PlacedOrder,
  crash: CrashPoint,
): Promise<void> {
  await until(`the worker to die at ${crash.step}`, async () => {
    const outcome = await harness.deliver(order, crash).catch((error: unknown) => error);
    if (outcome instanceof CrashError) return true;
    harness.passLease();
    return false;
  });
}

/** Advances the time so that everything that exists now becomes old. */
export function age(harness: ProtocolHarness): void {
  for (let leases = 0; leases < 3; leases += 1) harness.passLease();
}

/** One pass. */
export async function pass(
  harness: ProtocolHarness,
  options: Partial<ReconcileOptions> = {},
  pace: ScanPace = FAST,
): Promise<{ summary: PassSummary; outcomes: Outcome[] }> {
  const outcomes: Outcome[] = [];
  const { store, scoring, clock, dynamo, config } = harness;
  const summary = await reconcile(
    { find: createFind(dynamo, config, pace), store, scoring, clock, events: harness.sink },
    {
      ageMs: AGE_MS,
      dryRun: false,
      signal: new AbortController().signal,
      onFinding: (outcome) => outcomes.push(outcome),
      ...options,
    },
  );
  return { summary, outcomes };
}

/** `kind action` of each finding of one order, in alphabetical order. */
export function actionsOf(outcomes: readonly Outcome[], { order_id }: PlacedOrder): string[] {
  return outcomes
    .filter(({ finding }) => finding.orderId === order_id)
    .map(({ finding, action }) => `${finding.kind} ${action}`)
    .toSorted();
}

/** A Reserve without a worker: by hand, or by a late call whose permit was not checked. */
export async function reserveLate(harness: ProtocolHarness, order: PlacedOrder): Promise<void> {
  await harness.scoring.inventory.client.reserve({
    orderId: order.order_id,
    lines: order.items.map(({ sku, quantity }) => ({ sku, quantity })),
    amount: BigInt(order.amount),
    currency: order.currency,
    notAfter: timestampFromMs(harness.clock() + 1_000),
  });
}

/** Writes attributes into an order's record, as an operator or another service does. */
export async function write(
  harness: ProtocolHarness,
  order: PlacedOrder,
  attributes: Readonly<Record<string, unknown>>,
): Promise<void> {
  const names = Object.keys(attributes);
  await harness.dynamo.update({
    TableName: harness.config.ordersTable,
    Key: { order_id: order.order_id },
    UpdateExpression: `SET ${names.map((name) => `#${name} = :${name}`).join(', ')}`,
    ExpressionAttributeNames: Object.fromEntries(names.map((name) => [`#${name}`, name])),
    ExpressionAttributeValues: Object.fromEntries(names.map((name) => [`:${name}`, attributes[name]])),
  });
}
