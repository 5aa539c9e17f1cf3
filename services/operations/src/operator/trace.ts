/** `trace`: the log lines of one order, from the local stack's log or from CloudWatch Logs Insights. */
import { createReadStream, existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { CommandError, EXIT } from './exit.js';

/** Options of a search in a file. */
export interface TraceOptions {
  /** The local stack's log, one line each. */
  readonly file: string;
  readonly out: (text: string) => void;
}

/** Prints the lines of a file that name the order or belong to its trace, the oldest first. */
export async function traceOrder(orderId: string, { file, out }: TraceOptions): Promise<void> {
  if (!existsSync(file))
    throw new CommandError(
      EXIT.unavailable,
      `there is no ${file}: npm start writes it; --log names another file`,
    );
  const lines: string[] = [];
  for await (const line of createInterface({ input: createReadStream(file) })) lines.push(line);
  printLines(selectLines(lines, orderId), orderId, file, out);
}

/** Prints lines. @throws {CommandError} when there are none */
export function printLines(
  lines: readonly string[],
  orderId: string,
  source: string,
  out: (text: string) => void,
): void {
  if (lines.length === 0) throw new CommandError(EXIT.notFound, `no line of ${source} names ${orderId}`);
  out(`${lines.join('\n')}\n`);
}

/** Returns the lines that name the order, with those of the request that placed it. */
export function selectLines(lines: readonly string[], orderId: string): string[] {
  const traces = selectTraces(lines, orderId);
  const ofOrder = (line: string) =>
    line.includes(orderId) || traces.some((id) => line.includes(`"trace_id":"${id}"`));
  return lines.filter(ofOrder);
}

/** Returns the ids of the traces in which the order was placed and settled; polls have traces of their own. */
export function selectTraces(lines: readonly string[], orderId: string): string[] {
  const traces = lines.flatMap((line) => {
    const isOfOrder = line.includes(orderId) && /"route":"\/orders"|"msg":"order settled"/.test(line);
    const [, id] = isOfOrder ? (/"trace_id":"([0-9a-f]{32})"/.exec(line) ?? []) : [];
    return id ?? [];
  });
  return [...new Set(traces)];
}
