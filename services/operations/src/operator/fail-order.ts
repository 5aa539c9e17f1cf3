/**
 * Gives an order up: FAILED by a write that competes with the workers' claims and decisions, then everything that it
 * holds is given back. Both can be repeated by anyone.
 */

import { Code, ConnectError } from '@connectrpc/connect';
import type { PlacedOrder } from '@order-pipeline/contracts/order-event';
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { OrderConditionFailedError } from '@order-pipeline/order-protocol/order-store';
import { publishFinal } from '@order-pipeline/order-protocol/publish-final';
import {
  isRefusedAsMalformed,
  SETTLE_BUDGET_MS,
  settleOrder,
} from '@order-pipeline/order-protocol/settle-order';
import { currentCallHeaders } from '@order-pipeline/platform/rpc/context';
import { parseTraceparent, traceIdOf } from '@order-pipeline/platform/tracing/trace-context';
import { createWork, runWork } from '@order-pipeline/platform/work';
import { decideFail } from './decide/fail.js';
import { CommandError, EXIT } from './exit.js';
import { checkAnswers, inventoryOf, paymentOf } from './reach.js';
import { toAge } from './text.js';
import type { Tools } from './tools.js';

/** An order to fail. */
export interface GivenUpOrder {
  readonly order: PlacedOrder;
  readonly requestId: string | undefined;
  /** W3C Trace Context. */
  readonly traceparent: string | undefined;
  /** The operator's words, for the audit log and the order's record. */
  readonly reason: string;
  /** How long to wait for a worker's lease to run out, in milliseconds. */
  readonly waitMs: number;
}

/** Fails and settles, and has it counted. Throws a CommandError where the order has another outcome or a worker holds it for too long. */
export async function failOrder(tools: Tools, givenUp: GivenUpOrder): Promise<void> {
  await checkServices(tools, givenUp.order);
  const record = await commitFailure(tools, givenUp);
  const { order, requestId, traceparent } = givenUp;
  const { order_id } = order;
  const fields = { order_id, request_id: requestId, attempt: record?.attempt };
  await runWork(createWork(fields, parseTraceparent(traceparent)), () =>
    settleFailure(tools, givenUp, record),
  );
  if (!tools.dryRun) await tools.dlq.announceFailed(givenUp.order, givenUp);
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
async function commitFailure(tools: Tools, givenUp: GivenUpOrder): Promise<OrderRecord | undefined> {
  const { store, shell, audit, dryRun } = tools;
  const { order, reason, requestId, traceparent } = givenUp;
  const change = { action: 'order.fail', order_id: order.order_id, reason } as const;
  const deadline = shell.clock() + givenUp.waitMs;
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
      const failed = await store.fail(order, failure).catch(ignoreLostRace);
      if (!failed) continue;
      audit({ ...change, result: 'done' });
      return failed;
    }
  }
}

/** A worker was faster: what stands now is looked at again. */
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
  { scoring, events, store, audit, shell, dryRun }: Tools,
  { order, reason }: GivenUpOrder,
  record: OrderRecord | undefined,
): Promise<void> {
  const change = { action: 'order.settle', order_id: order.order_id, reason } as const;
  if (dryRun) return audit({ ...change, result: 'dry-run' });
  // The record's items stand: they are what a worker tried.
  const failed = { order_id: order.order_id, items: record?.items ?? order.items };
  // Without the operator's signal: what was begun is ended.
  const call = { timeoutMs: SETTLE_BUDGET_MS, headers: currentCallHeaders() };
  try {
    await settleOrder(scoring, failed, 'FAILED', call);
  } catch (error) {
    // A service that refuses to read what the order asks for has refused to try it, too: nothing is held there.
    if (!isRefusedAsMalformed(error)) {
      audit({ ...change, result: 'error', error: String(error) });
      throw unsettled(order, error);
    }
    shell.err(`a service rejects this order as invalid, so that it holds nothing there: ${String(error)}\n`);
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
