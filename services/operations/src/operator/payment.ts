/** `payment reauthorize` and `payment write-off`: the exits of a completed order that could not be charged. */
import { Code, ConnectError } from '@connectrpc/connect';
import { type Payment, PaymentState } from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import type { ClaimedOrder } from '@order-pipeline/order-protocol/order-store';
import { workOfRecord } from '@order-pipeline/order-protocol/work-of-record';
import { currentCallHeaders } from '@order-pipeline/platform/rpc/context';
import { runWork } from '@order-pipeline/platform/work';
import { CommandError, EXIT, type ExitCode } from './exit.js';
import { paymentOf } from './reach.js';
import { readRecord } from './record.js';
import { toMoney } from './text.js';
import type { Tools } from './tools.js';

/** Options of a re-authorization. */
export interface ReauthorizeOptions {
  readonly orderId: string;
  /** Another payment method than the order's. */
  readonly paymentMethod?: string | undefined;
}

/** Time limit of a command on a payment with all its retries, in milliseconds. */
const PAYMENT_BUDGET_MS = 15_000;

/**
 * Authorizes and charges a completed order again, unless it is charged already.
 *
 * @throws {CommandError} when the gateway declines, and for an order that is not completed
 */
export async function reauthorizePayment(
  tools: Tools,
  { orderId, paymentMethod }: ReauthorizeOptions,
): Promise<ExitCode> {
  const { scoring, store, audit, dryRun, shell } = tools;
  const record = await readCompleted(tools, orderId);
  const money = toMoney(record.amount, record.currency);
  const change = { action: 'payment.reauthorize', order_id: orderId } as const;
  const charged = await readCharged(tools, record);
  if (charged) {
    audit({ ...change, result: 'unchanged' });
    const refunded = Number(charged.refundedAmount);
    const part = refunded > 0 ? `, and ${toMoney(refunded, record.currency)} of it are refunded` : '';
    shell.out(`Order ${orderId} is charged ${money} already${part}. Nothing is changed.\n`);
    return EXIT.done;
  }
  if (dryRun) {
    audit({ ...change, result: 'dry-run' });
    shell.out(`Would authorize ${money} for order ${orderId} again and charge it.\n`);
    return EXIT.done;
  }
  const request = {
    orderId,
    amount: BigInt(record.amount),
    currency: record.currency,
    paymentMethod: paymentMethod ?? record.payment_method,
  };
  const payment = await askPayment(tools, record, async (call) => {
    return (await scoring.payment.client.reauthorize(request, call)).payment;
  });
  if (payment?.state !== PaymentState.CAPTURED) {
    await store.noteCaptureFailed(orderId);
    const code = payment?.declineCode || 'the new authorization is gone as well';
    audit({ ...change, result: 'error', error: code });
    throw new CommandError(
      EXIT.failed,
      `order ${orderId} is not charged (${code}): try another --payment-method, or payment write-off`,
    );
  }
  await store.noteCaptured(orderId);
  audit({ ...change, result: 'done' });
  shell.out(`Order ${orderId} is charged ${money}.\n`);
  return EXIT.done;
}

/**
 * Returns the payment of an order whose charge is complete, in the ledger and on the record; undefined for any other. A record
 * that still notes the problem is not complete: an earlier command may have died before it noted the charge.
 */
async function readCharged(tools: Tools, record: ClaimedOrder): Promise<Payment | undefined> {
  if (record.payment_problem !== undefined) return undefined;
  const { client } = tools.scoring.payment;
  const payment = await askPayment(tools, record, async (call) => {
    try {
      return (await client.getPayment({ orderId: record.order_id }, call)).payment;
    } catch (error) {
      if (error instanceof ConnectError && error.code === Code.NotFound) return undefined;
      throw error;
    }
  });
  return payment?.state === PaymentState.CAPTURED ? payment : undefined;
}

/** Options of a write-off. */
export interface WriteOffOptions {
  readonly orderId: string;
  /** For the audit log, the ledger and the order's record. */
  readonly reason: string;
}

/** Writes off the charge of a completed order. */
export async function writeOffPayment(tools: Tools, { orderId, reason }: WriteOffOptions): Promise<ExitCode> {
  const { scoring, store, audit, dryRun, shell } = tools;
  const record = await readCompleted(tools, orderId);
  const money = toMoney(record.amount, record.currency);
  const change = { action: 'payment.write-off', order_id: orderId, reason } as const;
  if (!dryRun) {
    await askPayment(tools, record, async (call) => {
      return (await scoring.payment.client.writeOff({ orderId, note: reason }, call)).payment;
    });
    await store.noteWriteOff(orderId, reason);
  }
  audit({ ...change, result: dryRun ? 'dry-run' : 'done' });
  shell.out(
    dryRun
      ? `Would write off ${money} of order ${orderId}.\n`
      : `${money} of order ${orderId} are written off.\n`,
  );
  return EXIT.done;
}

/** Reads a completed order's record. @throws {CommandError} for any other order */
export async function readCompleted(tools: Tools, orderId: string): Promise<ClaimedOrder> {
  const record = await readRecord(tools, orderId);
  if (record.status === 'COMPLETED') return record;
  throw new CommandError(
    EXIT.failed,
    `order ${orderId} is ${record.status}: only completed orders are charged`,
  );
}

/** Calls the payment service, with errors in the operator's terms. @throws {CommandError} */
export async function askPayment<R>(
  { config }: Tools,
  record: ClaimedOrder,
  call: (options: { timeoutMs: number; headers: Record<string, string> }) => Promise<R>,
): Promise<R> {
  try {
    return await runWork(workOfRecord(record), () =>
      call({ timeoutMs: PAYMENT_BUDGET_MS, headers: currentCallHeaders() }),
    );
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    if (error.code === Code.FailedPrecondition)
      throw new CommandError(EXIT.failed, error.rawMessage, { cause: error });
    const { address, variable } = paymentOf(config);
    throw new CommandError(
      EXIT.unavailable,
      `payment at ${address} (${variable}) did not respond: ${error.message}. Run the same command again, which moves the money once at most`,
      { cause: error },
    );
  }
}
