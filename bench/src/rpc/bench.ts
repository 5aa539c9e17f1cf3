/** CPU time of one unary call, client and server together, of every stack in one run. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { measureSpread } from './spread.js';
import { STACKS, type StackName } from './stacks.js';
import type { Order } from './worker.js';

/** Calls in flight at once. */
const IN_FLIGHT = 50;
/** Calls of one stack in one round. */
const CALLS = 8_000;
/** Rounds go through all stacks in turn, so that a busy moment of the machine hits all alike. */
const ROUNDS = 7;
/** Calls before the first round, which let the compiler settle. */
const WARM_UP_CALLS = 12_000;
/** The budget: our CPU time per call as a multiple of grpc-js's. */
const MAX_RATIO = 1.2;

/** Calls to two servers behind one name, and the smallest part of them that each must get. */
const SPREAD_CALLS = 2_000;
const MIN_SHARE = 0.4;

/** CPU time per call in microseconds. */
interface Sample {
  readonly client: number;
  readonly server: number;
}

/** A stack's two processes. */
class Pair {
  private constructor(
    private readonly server: ChildProcess,
    private readonly client: ChildProcess,
  ) {}

  static async start(stack: StackName): Promise<Pair> {
    const pair = new Pair(startWorker(), startWorker());
    const port = await ask(pair.server, { kind: 'serve', stack });
    await ask(pair.client, { kind: 'connect', stack, port });
    await ask(pair.client, { kind: 'run', calls: WARM_UP_CALLS, inFlight: IN_FLIGHT });
    return pair;
  }

  async measure(): Promise<Sample> {
    const before = await this.cpu();
    await ask(this.client, { kind: 'run', calls: CALLS, inFlight: IN_FLIGHT });
    const after = await this.cpu();
    return {
      client: (after.client - before.client) / CALLS,
      server: (after.server - before.server) / CALLS,
    };
  }

  stop(): void {
    this.server.kill();
    this.client.kill();
  }

  private async cpu(): Promise<Sample> {
    return {
      client: await ask(this.client, { kind: 'cpu' }),
      server: await ask(this.server, { kind: 'cpu' }),
    };
  }
}

function startWorker(): ChildProcess {
  const worker = fork(fileURLToPath(new URL('./worker.js', import.meta.url)));
  // It has said why on standard error. A worker that is stopped here ends by a signal, without a code.
  worker.once('exit', (code) => code && process.exit(1));
  return worker;
}

async function ask(worker: ChildProcess, order: Order): Promise<number> {
  worker.send(order);
  const [answer] = await once(worker, 'message');
  return answer;
}

/** Measures, prints a table, and says whether the budget holds. */
export async function run(): Promise<boolean> {
  const names = Object.keys(STACKS) as StackName[];
  const pairs = new Map<StackName, Pair>();
  for (const name of names) pairs.set(name, await Pair.start(name));
  const samples = new Map<StackName, Sample[]>(names.map((name) => [name, []]));
  for (let round = 0; round < ROUNDS; round += 1)
    for (const [name, pair] of pairs) samples.get(name)?.push(await pair.measure());
  for (const pair of pairs.values()) pair.stop();
  const fast = report(samples);
  const even = reportSpread(await measureSpread(SPREAD_CALLS));
  return fast && even;
}

function reportSpread(shares: readonly number[]): boolean {
  const even = shares.every((share) => share >= MIN_SHARE && share <= 1 - MIN_SHARE);
  const percents = shares.map((share) => `${(share * 100).toFixed(1)} %`).join(' and ');
  process.stdout.write(
    `two servers behind one name: ${percents} of ${SPREAD_CALLS} calls: ${even ? 'even' : 'UNEVEN'}\n`,
  );
  return even;
}

function report(samples: ReadonlyMap<StackName, readonly Sample[]>): boolean {
  const base = samples.get('grpc-js') ?? [];
  const rows = [...samples].map(([name, own]) => ({
    name,
    client: median(own.map(({ client }) => client)),
    server: median(own.map(({ server }) => server)),
    both: median(own.map(total)),
    // Each round is compared with grpc-js in the same round.
    ratio: median(own.map((sample, round) => total(sample) / total(base[round] ?? sample))),
  }));
  const ratio = rows.find(({ name }) => name === 'our transport and adapter')?.ratio ?? Number.NaN;
  const line = (...cells: readonly string[]) =>
    `${cells.map((cell, index) => (index === 0 ? cell.padEnd(30) : cell.padStart(10))).join('')}\n`;
  process.stdout.write(
    [
      `Unary call, ${IN_FLIGHT} in flight, node ${process.version}, ${ROUNDS} rounds of ${CALLS} calls: CPU time in µs per call\n`,
      line('stack', 'client', 'server', 'both', 'ratio'),
      ...rows.map((row) =>
        line(
          row.name,
          row.client.toFixed(0),
          row.server.toFixed(0),
          row.both.toFixed(0),
          row.ratio.toFixed(2),
        ),
      ),
      `our transport and adapter: ${ratio.toFixed(2)} times grpc-js, budget ${MAX_RATIO}: ${ratio <= MAX_RATIO ? 'holds' : 'EXCEEDED'}\n`,
    ].join(''),
  );
  return ratio <= MAX_RATIO;
}

function total({ client, server }: Sample): number {
  return client + server;
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
