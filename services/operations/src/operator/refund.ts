/** `refund`: pays a completed order back, in part or in full. */
import { createHash } from 'node:crypto';
import { toLines } from '@order-pipeline/order-protocol/lines';
import type { ClaimedOrder } from '@order-pipeline/order-protocol/order-store';
import { publishRefunds } from '@order-pipeline/order-protocol/publish-refunds';
import { workOfRecord } from '@order-pipeline/order-protocol/work-of-record';
import { runWork } from '@order-pipeline/platform/work';
import { EXIT, type ExitCode } from './exit.js';
import { askPayment, readCompleted } from './payment.js';
import { toMoney } from './text.js';
import type { Tools } from './tools.js';

/** Options of a refund. */
export interface RefundOptions {
  readonly orderId: string;
  /** In the minor unit of the order's currency; all that is left by default. */
  readonly amount?: number | undefined;
  /** For the audit log and the ledger. */
  readonly reason: string;
  /** Names the refund. By default it follows from the order, the amount and the reason. */
  readonly refundId?: string | undefined;
  /** Returns the order's items to stock as well, unless an earlier refund did. */
  readonly restock: boolean;
}

/**
 * Refunds an order. Every step is idempotent: the same command again completes what a crash or a lost answer has left open,
 * and pays nothing back twice.
 */
export async function refundOrder(tools: Tools, options: RefundOptions): Promise<ExitCode> {
  const { scoring, audit, dryRun, shell } = tools;
  const { orderId, amount = 0, reason, restock } = options;
  const record = await readCompleted(tools, orderId);
  const refundId = options.refundId ?? toRefundId(options);
  const change = { action: 'order.refund', order_id: orderId, refund_id: refundId, reason } as const;
  if (dryRun) {
    audit({ ...change, result: 'dry-run' });
    const sum = amount === 0 ? 'what is left' : toMoney(amount, record.currency);
    shell.out(`Would refund ${sum} of order ${orderId}${restock ? ' and restock its items' : ''}.\n`);
    return EXIT.done;
  }
  try {
    const { payment, refund } = await askPayment(tools, record, (call) =>
      scoring.payment.client.refund({ orderId, refundId, amount: BigInt(amount), reason }, call),
    );
    if (payment) await runWork(workOfRecord(record), () => publishRefunds(tools, record, payment));
    if (restock && !record.restocked) await restockItems(tools, record);
    audit({ ...change, result: 'done' });
    const [refunded, all] = [refund?.amount, payment?.refundedAmount].map((sum) =>
      toMoney(Number(sum ?? 0), record.currency),
    );
    shell.out(`Refunded ${refunded} of order ${orderId} (refund ${refundId}); ${all} in all.\n`);
    return EXIT.done;
  } catch (error) {
    audit({ ...change, result: 'error', error: String(error) });
    throw error;
  }
}

/**
 * Returns an order's items to stock: once, since every refund of the order makes the same delivery. Inventory forgets its
 * deliveries in time, so the record says for good that it was made.
 */
async function restockItems(
  { scoring, store }: Tools,
  { order_id, items }: Pick<ClaimedOrder, 'order_id' | 'items'>,
): Promise<void> {
  for (const { sku, quantity } of toLines(items))
    await scoring.inventory.client.restock({
      sku,
      quantity: BigInt(quantity),
      deliveryId: `refund-${order_id}`,
    });
  await store.noteRestocked(order_id);
}

function toRefundId({ orderId, amount = 0, reason }: RefundOptions): string {
  return createHash('sha256')
    .update(JSON.stringify([orderId, amount, reason]))
    .digest('hex')
    .slice(0, 16);
}
