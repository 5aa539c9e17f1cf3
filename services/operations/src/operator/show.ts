/** `dlq show` and `show`: everything that is known of a dead letter or an order. */
import type { OrderRecord } from '@order-pipeline/contracts/orders';
import { type DeadLetter, originalAttributes } from './dead-letter.js';
import { CommandError, EXIT, type ExitCode } from './exit.js';
import { findDeadLetters } from './find.js';
import { toListed } from './list.js';
import { type OrderTraces, readTraces } from './order-traces.js';
import { bodyExcerpt, toLetterText, toOrderText } from './show-text.js';
import type { Tools } from './tools.js';

/** Options of `show`. */
export interface ShowOptions {
  readonly json: boolean;
}

/** Prints an order's record, holds, payment and trace id. */
export async function showOrder(tools: Tools, orderId: string, { json }: ShowOptions): Promise<ExitCode> {
  const { dynamo, config, shell } = tools;
  const traces = await readTraces(dynamo, config, orderId);
  if (!traces.record && !traces.payment)
    throw new CommandError(
      EXIT.notFound,
      `no worker has claimed an order ${orderId}: it still waits in the queue, is a dead letter (dlq show), or does not exist`,
    );
  shell.out(json ? toJson(toShown(traces)) : toOrderText(orderId, traces));
  return EXIT.done;
}

/** Prints a dead letter, its attributes, and what its order has left behind. */
export async function showDeadLetter(tools: Tools, id: string, { json }: ShowOptions): Promise<ExitCode> {
  const { dynamo, config, shell } = tools;
  const letters = await findDeadLetters(tools, id);
  await tools.dlq.giveBack();
  const order = letters[0]?.order;
  const traces = order && (await readTraces(dynamo, config, order.order_id, order.items));
  if (json) {
    shell.out(toJson({ messages: letters.map(toShownLetter), ...(traces && toShown(traces)) }));
    return EXIT.done;
  }
  const parts = letters.map((letter) => toLetterText(letter, shell.clock()));
  if (order && traces) parts.push(toOrderText(order.order_id, traces));
  shell.out(parts.join('\n'));
  return EXIT.done;
}

function toJson(value: unknown): string {
  return `${JSON.stringify(value, undefined, 2)}\n`;
}

/** Returns the traces without payment methods. */
function toShown({ record, holds, payment }: OrderTraces) {
  return { order: record ? withoutPaymentMethod(record) : null, holds, payment: payment ?? null };
}

function withoutPaymentMethod({ payment_method, ...rest }: OrderRecord) {
  return rest;
}

function toShownLetter(letter: DeadLetter) {
  const texts = Object.entries(originalAttributes(letter)).map(([name, { StringValue }]) => [
    name,
    StringValue,
  ]);
  return {
    ...toListed(letter),
    original_message_id: letter.originalId,
    group_id: letter.groupId ?? null,
    attributes: Object.fromEntries(texts),
    items: letter.order?.items ?? null,
    ...(!letter.order && { body: bodyExcerpt(letter.body) }),
  };
}
