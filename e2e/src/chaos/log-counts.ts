/** Reads from the logs of all processes how orders were counted. */

/** A line that counts an order. */
export interface OrderCount {
  readonly order_id: string;
  readonly status: string;
  readonly reason?: string;
}

/** Counts of a run. */
export interface LogCounts {
  /** `order ended`: once per order, by the process whose write ended it. */
  readonly ended: readonly OrderCount[];
  /** `order settled`: once per settlement. */
  readonly settled: readonly OrderCount[];
}

/** Reads the lines of a run, each `[process] line`. A line that a killed process did not complete counts nothing. */
export function readCounts(lines: readonly string[]): LogCounts {
  const ended: OrderCount[] = [];
  const settled: OrderCount[] = [];
  for (const line of lines) {
    const isEnd = line.includes('"msg":"order ended"');
    if (!isEnd && !line.includes('"msg":"order settled"')) continue;
    const entry = parse(line.slice(line.indexOf('{')));
    if (!entry) continue;
    const { order_id, order_status, status, reason } = entry;
    if (isEnd) ended.push({ order_id, status: order_status ?? '', ...(reason && { reason }) });
    else settled.push({ order_id, status, ...(reason && { reason }) });
  }
  return { ended, settled };
}

interface LogEntry {
  readonly order_id: string;
  readonly status: string;
  readonly order_status?: string;
  readonly reason?: string;
}

function parse(json: string): LogEntry | undefined {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}
