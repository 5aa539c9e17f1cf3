/** `trace`: the log lines of one order, from the local stack's log. */
import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { CommandError, EXIT } from './exit.js';

/** Where log lines come from. */
export interface TraceOptions {
  /** The local stack's log, one line each. */
  readonly file: string;
  readonly out: (text: string) => void;
}

/** Prints the lines that name the order or share its request, the oldest first. */
export async function traceOrder(orderId: string, { file, out }: TraceOptions): Promise<void> {
  if (!existsSync(file))
    throw new CommandError(
      EXIT.unavailable,
      `there is no ${file}: npm start writes it; or name another one with --log`,
    );
  const lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) lines.push(line);
  const found = selectLines(lines, orderId);
  if (found.length === 0) throw new CommandError(EXIT.notFound, `no line of ${file} names ${orderId}`);
  out(`${found.join('\n')}\n`);
}

/** Returns the lines that name the order, with those of the request that placed it. */
export function selectLines(lines: readonly string[], orderId: string): string[] {
  const traces = new Set<string>();
  for (const line of lines) {
    const trace = line.includes(orderId) && /"route":"\/orders"|"msg":"order settled"/.test(line);
    const [, id] = trace ? (/"trace_id":"([0-9a-f]{32})"/.exec(line) ?? []) : [];
    if (id) traces.add(id);
  }
  const ofOrder = (line: string) =>
    line.includes(orderId) || [...traces].some((id) => line.includes(`"trace_id":"${id}"`));
  return lines.filter(ofOrder);
}
