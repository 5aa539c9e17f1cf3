/**
 * `resume`: sends an order whose message is gone to the order queue again, from its record. A message that is there after
 * all makes a duplicate, which the order protocol takes like any message that is delivered twice.
 */
import { toPlacedOrder } from '@order-pipeline/order-protocol/order-store';
import { originOfRecord } from '@order-pipeline/order-protocol/work-of-record';
import { EXIT, type ExitCode } from './exit.js';
import { readRecord } from './record.js';
import type { Tools } from './tools.js';

/** Sends the order again. */
export async function resumeOrder(tools: Tools, orderId: string): Promise<ExitCode> {
  const { dlq, audit, dryRun, shell } = tools;
  const record = await readRecord(tools, orderId);
  const change = { action: 'order.resume', order_id: orderId } as const;
  if (dryRun) {
    audit({ ...change, result: 'dry-run' });
    shell.out(`Would send order ${orderId} to the order queue; it is ${record.status}.\n`);
    return EXIT.done;
  }
  const new_message_id = await dlq.resend(toPlacedOrder(record), originOfRecord(record));
  audit({ ...change, new_message_id, result: 'done' });
  shell.out(`Order ${orderId} (${record.status}) is in the order queue again.\n`);
  return EXIT.done;
}
