/** Load on one server: closed-loop (each connection sends when it has its response) and open-loop (at a fixed rate). */
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
  /** Start of latencies: when a request was due (default), or when it was sent, for loads that are too much for the generator. */
  readonly latencyFrom?: 'due' | 'sent';
  /** Time at the beginning whose requests do not count: connections are opened then. Default 0. */
  readonly warmUpMs?: number;
  /** Follows up on each response; the latency includes it. */
  readonly follow?: (response: LoadResponse, connection: HttpConnection) => Promise<boolean>;
}

/** Sends requests at a fixed rate, however long the responses take. Latencies count from when a request was due. */
export async function generateOpenLoad(options: OpenLoadOptions): Promise<LoadResult> {
  const { port, rate, seconds, nextRequest, expected = 202, follow, latencyFrom = 'due' } = options;
  const { warmUpMs = 0 } = options;
  const warmingUp = new Collector(expected);
  const pool = await ConnectionPool.open(port, 32);
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
  pool.close();
  return result.toResult(elapsedMs);

  async function sendOne(dueAt: number): Promise<void> {
    const connection = await pool.take();
    const response = connection.send(nextRequest());
    const from = latencyFrom === 'due' ? dueAt : performance.now();
    const counting = dueAt - startedAt < warmUpMs ? warmingUp : result;
    await counting.add(from, response, follow && ((answer) => follow(answer, connection)));
    pool.give(connection);
  }
}

async function openConnections(port: number, count: number): Promise<HttpConnection[]> {
  return Promise.all(Array.from({ length: count }, () => HttpConnection.open(port)));
}

/** Connections of an open-loop load, below the number of files that a process may open. */
const MAX_CONNECTIONS = 800;

/** Hands out idle connections, and opens further ones; requests beyond the last one wait, which counts as their latency. */
class ConnectionPool {
  readonly #port: number;
  readonly #idle: HttpConnection[];
  readonly #waiting: ((connection: HttpConnection) => void)[] = [];
  #count: number;

  private constructor(port: number, idle: HttpConnection[]) {
    this.#port = port;
    this.#idle = idle;
    this.#count = idle.length;
  }

  static async open(port: number, count: number): Promise<ConnectionPool> {
    return new ConnectionPool(port, await openConnections(port, count));
  }

  async take(): Promise<HttpConnection> {
    const idle = this.#idle.pop();
    if (idle) return idle;
    if (this.#count >= MAX_CONNECTIONS) return new Promise((resolve) => this.#waiting.push(resolve));
    this.#count += 1;
    return HttpConnection.open(this.#port);
  }

  /** Takes a connection back; a broken one is replaced for waiting callers. */
  give(connection: HttpConnection): void {
    const next = this.#waiting.shift();
    if (next && connection.usable) next(connection);
    else if (next) void HttpConnection.open(this.#port).then(next);
    else if (connection.usable) this.#idle.push(connection);
    else this.#count -= 1;
  }

  close(): void {
    for (const connection of this.#idle) connection.close();
  }
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
