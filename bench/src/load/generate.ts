/** Load on one server: closed-loop (each connection sends when it has its answer) and open-loop (at a fixed rate). */
import { setTimeout as sleep } from 'node:timers/promises';
import { HttpConnection, type LoadResponse } from './http-connection.js';

/** Result of a load. */
export interface LoadResult {
  readonly completed: number;
  /** Responses that were not the expected ones, by status; 0 for broken connections. */
  readonly unexpected: Readonly<Record<string, number>>;
  readonly elapsedMs: number;
  /** Latency of each expected response in milliseconds, from the time at which it was due. */
  readonly latenciesMs: readonly number[];
}

/** Options of a closed-loop load. */
export interface ClosedLoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly requests: number;
  readonly nextRequest: () => Buffer;
  readonly expected?: number;
}

/** Sends the requests over so many connections at once. */
export async function generateClosedLoad(options: ClosedLoadOptions): Promise<LoadResult> {
  const { port, connections, requests, nextRequest, expected = 202 } = options;
  const pool = await openConnections(port, connections);
  const result = new Collector(expected);
  let left = requests;
  const lane = async (connection: HttpConnection) => {
    while (left > 0 && connection.usable) {
      left -= 1;
      await result.add(performance.now(), connection.send(nextRequest()));
    }
  };
  const startedAt = performance.now();
  await Promise.all(pool.map(lane));
  const elapsedMs = performance.now() - startedAt;
  for (const connection of pool) connection.close();
  return result.toResult(elapsedMs);
}

/** Options of an open-loop load. */
export interface OpenLoadOptions {
  readonly port: number;
  /** Requests a second. */
  readonly rate: number;
  readonly seconds: number;
  readonly nextRequest: () => Buffer;
  readonly expected?: number;
  /** Follows up on each response; the latency includes it. */
  readonly follow?: (response: LoadResponse, connection: HttpConnection) => Promise<boolean>;
}

/** Sends requests at a fixed rate, however long the answers take. Latencies count from when a request was due. */
export async function generateOpenLoad(options: OpenLoadOptions): Promise<LoadResult> {
  const { port, rate, seconds, nextRequest, expected = 202, follow } = options;
  const idle = await openConnections(port, 32);
  const result = new Collector(expected);
  const pending: Promise<void>[] = [];
  const total = Math.round(rate * seconds);
  const startedAt = performance.now();
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) / 1_000) * rate) + 1);
    for (; sent < due; sent += 1) {
      const dueAt = startedAt + (sent / rate) * 1_000;
      pending.push(sendOne(dueAt));
    }
    await sleep(1);
  }
  await Promise.all(pending);
  const elapsedMs = performance.now() - startedAt;
  for (const connection of idle) connection.close();
  return result.toResult(elapsedMs);

  async function sendOne(dueAt: number): Promise<void> {
    const connection = idle.pop() ?? (await HttpConnection.open(port));
    const response = connection.send(nextRequest());
    await result.add(dueAt, response, follow && ((answer) => follow(answer, connection)));
    if (connection.usable) idle.push(connection);
  }
}

async function openConnections(port: number, count: number): Promise<HttpConnection[]> {
  return Promise.all(Array.from({ length: count }, () => HttpConnection.open(port)));
}

/** Gathers responses. */
class Collector {
  readonly #latenciesMs: number[] = [];
  readonly #unexpected: Record<string, number> = {};
  readonly #expected: number;

  constructor(expected: number) {
    this.#expected = expected;
  }

  async add(
    dueAt: number,
    pending: Promise<LoadResponse>,
    follow?: (response: LoadResponse) => Promise<boolean>,
  ): Promise<void> {
    try {
      const response = await pending;
      const expected = response.status === this.#expected && (!follow || (await follow(response)));
      if (expected) this.#latenciesMs.push(performance.now() - dueAt);
      else this.#countUnexpected(response.status);
    } catch {
      this.#countUnexpected(0);
    }
  }

  toResult(elapsedMs: number): LoadResult {
    const latenciesMs = this.#latenciesMs;
    return { completed: latenciesMs.length, unexpected: this.#unexpected, elapsedMs, latenciesMs };
  }

  #countUnexpected(status: number): void {
    this.#unexpected[status] = (this.#unexpected[status] ?? 0) + 1;
  }
}
