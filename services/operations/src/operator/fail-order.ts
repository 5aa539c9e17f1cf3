/**
 * Fails an order: FAILED by a write that competes with the workers' claims and decisions, then a release of its stock and
 * money. Both can be repeated by anyone.
 */

import { Code, ConnectError } from '@connectrpc/connect';
import type { PlacedOrder } from '@order-pipeline/contracts/order-event';
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { OrderConditionFailedError } from '@order-pipeline/order-protocol/order-store';
import { publishFinal } from '@order-pipeline/order-protocol/publish-final';
import { SETTLE_BUDGET_MS, settleOrder } from '@order-pipeline/order-protocol/settle-order';
import { currentCallHeaders } from '@order-pipeline/platform/rpc/context';
import { parseTraceparent, traceIdOf } from '@order-pipeline/platform/tracing/trace-context';
import { createWork, runWork } from '@order-pipeline/platform/work';
import { decideFail } from './decide/fail.js';
import { CommandError, EXIT } from './exit.js';
import { checkAnswers, inventoryOf, paymentOf } from './reach.js';
import { toAge } from './text.js';
import type { Tools } from './tools.js';

/** An order to fail. */
export interface FailedOrder {
  readonly order: PlacedOrder;
  readonly requestId: string | undefined;
  /** W3C Trace Context. */
  readonly traceparent: string | undefined;
  /** The operator's reason, for the audit log and the order's record. */
  readonly reason: string;
  /** Longest wait for a worker's lease to expire, in milliseconds. */
  readonly waitMs: number;
}

/** Fails an order, settles it and has it counted. Throws a CommandError where the order has another outcome or a worker holds it for too long. */
export async function failOrder(tools: Tools, failed: FailedOrder): Promise<void> {
  await checkServices(tools, failed.order);
  const record = await commitFailure(tools, failed);
  const { order, requestId, traceparent } = failed;
  const { order_id } = order;
  const fields = { order_id, request_id: requestId, attempt: record?.attempt };
  const settled = runWork(createWork(fields, parseTraceparent(traceparent)), () =>
    settleFailure(tools, failed, record),
  );
  // The order has ended, so it is counted even if it cannot be settled now. A notice that is repeated counts nothing.
  const announced = tools.dryRun ? undefined : tools.dlq.announceFailed(order, failed);
  const [settlement, announcement] = await Promise.allSettled([settled, announced]);
  if (settlement.status === 'rejected') throw settlement.reason;
  if (announcement.status === 'rejected') throw announcement.reason;
}

/** Before anything is written, so that an order is not left failed and unsettled where that can be foreseen. */
async function checkServices({ scoring, config }: Tools, { order_id, items }: PlacedOrder): Promise<void> {
  const call = { timeoutMs: 5_000 };
  await checkAnswers(scoring.payment.client.getPayment({ orderId: order_id }, call), paymentOf(config));
  const [item] = items;
  if (item)
    await checkAnswers(scoring.inventory.client.getStock({ sku: item.sku }, call), inventoryOf(config));
}

/** Writes FAILED, unless it is written already. Returns the record; in a dry run the current one. */
async function commitFailure(tools: Tools, failed: FailedOrder): Promise<OrderRecord | undefined> {
  const { store, shell, audit, dryRun } = tools;
  const { order, reason, requestId, traceparent } = failed;
  const change = { action: 'order.fail', order_id: order.order_id, reason } as const;
  const deadline = shell.clock() + failed.waitMs;
  for (;;) {
    const now = shell.clock();
    const record = await store.read(order.order_id);
    const step = decideFail(record, now);
    if (step.kind === 'settle') return record;
    if (step.kind === 'refuse') throw refusal(order, step.status);
    if (step.kind === 'wait') await waitForLease(tools, step.until, deadline);
    else if (dryRun) {
      audit({ ...change, result: 'dry-run' });
      return record;
    } else {
      const failure = { note: reason, now, requestId, traceId: traceIdOf(traceparent) };
      const written = await store.fail(order, failure).catch(ignoreLostRace);
      if (!written) continue;
      audit({ ...change, result: 'done' });
      return written;
    }
  }
}

/** A worker was faster: the current record is read again. */
function ignoreLostRace(error: unknown): undefined {
  if (!(error instanceof OrderConditionFailedError)) throw error;
}

async function waitForLease({ shell }: Tools, until: number, deadline: number): Promise<void> {
  const left = until + 1 - shell.clock();
  if (until > deadline || shell.signal.aborted)
    throw new CommandError(
      EXIT.failed,
      `a worker holds the order for another ${toAge(left)} (until ${new Date(until).toISOString()}) and may still decide it: try again then, or wait longer with --wait`,
    );
  shell.err(`a worker holds the order; waiting ${toAge(left)} until its lease expires\n`);
  await shell.sleep(left, shell.signal);
}

async function settleFailure(
  { scoring, events, store, audit, dryRun }: Tools,
  { order, reason }: FailedOrder,
  record: OrderRecord | undefined,
): Promise<void> {
  const change = { action: 'order.settle', order_id: order.order_id, reason } as const;
  if (dryRun) return audit({ ...change, result: 'dry-run' });
  // The record's items count: a worker tried those.
  const failed = { order_id: order.order_id, items: record?.items ?? order.items };
  // Without the operator's signal: a settlement that has begun is completed.
  const call = { timeoutMs: SETTLE_BUDGET_MS, headers: currentCallHeaders() };
  try {
    await settleOrder(scoring, failed, 'FAILED', call);
  } catch (error) {
    audit({ ...change, result: 'error', error: String(error) });
    throw unsettled(order, error);
  }
  if (record) await publishFinal(events, record);
  if (record?.settlement_due) await store.noteSettled(record.order_id);
  audit({ ...change, result: 'done' });
}

function refusal({ order_id }: PlacedOrder, status: string): CommandError {
  return new CommandError(
    EXIT.failed,
    `order ${order_id} is ${status} already, and no outcome is ever changed: redrive it, or resume it where its message is gone, so that a worker settles it`,
  );
}

function unsettled({ order_id }: PlacedOrder, cause: unknown): CommandError {
  const down =
    cause instanceof ConnectError && [Code.Unavailable, Code.DeadlineExceeded].includes(cause.code);
  return new CommandError(
    down ? EXIT.unavailable : EXIT.failed,
    `order ${order_id} is FAILED, but its stock or money is not released (${String(cause)}): run the same command again once INVENTORY_URL and PAYMENT_URL respond`,
    { cause },
  );
}
