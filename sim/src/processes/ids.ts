/** Reads ids out of messages. */

/** The order that a message body asks for; undefined where it is no order. */
export function orderIdOf(body: string): string | undefined {
  return /"orderId":\s*"([^"]+)"/.exec(body)?.[1];
}
