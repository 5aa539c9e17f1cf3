/** CPU time of one unary call, client and server together, of every stack in one run. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { interleave } from '../harness/rounds.js';
import { median, ratios, summarize } from '../harness/stats.js';
import { micros, spread } from '../report/format.js';
import type { BenchOptions, ScenarioReport } from '../scenario.js';
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

const OUR_STACK = 'our transport and adapter';
const QUICK_STACKS: ReadonlySet<string> = new Set(['grpc-js', OUR_STACK]);

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
  readonly #server: ChildProcess;
  readonly #client: ChildProcess;

  private constructor(server: ChildProcess, client: ChildProcess) {
    this.#server = server;
    this.#client = client;
  }

  static async start(stack: StackName): Promise<Pair> {
    const pair = new Pair(startWorker(), startWorker());
    const port = await ask(pair.#server, { kind: 'serve', stack });
    await ask(pair.#client, { kind: 'connect', stack, port });
    await ask(pair.#client, { kind: 'run', calls: WARM_UP_CALLS, inFlight: IN_FLIGHT });
    return pair;
  }

  async measure(): Promise<Sample> {
    const before = await this.#cpu();
    await ask(this.#client, { kind: 'run', calls: CALLS, inFlight: IN_FLIGHT });
    const after = await this.#cpu();
    return {
      client: (after.client - before.client) / CALLS,
      server: (after.server - before.server) / CALLS,
    };
  }

  stop(): void {
    this.#server.kill();
    this.#client.kill();
  }

  async #cpu(): Promise<Sample> {
    return {
      client: await ask(this.#client, { kind: 'cpu' }),
      server: await ask(this.#server, { kind: 'cpu' }),
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

/** Measures. */
export async function runRpc({ quick, say }: BenchOptions): Promise<ScenarioReport> {
  const names = (Object.keys(STACKS) as StackName[]).filter((name) => !quick || QUICK_STACKS.has(name));
  const pairs = new Map<StackName, Pair>();
  for (const name of names) pairs.set(name, await Pair.start(name));
  const variants = [...pairs].map(([name, pair]) => ({ name, measure: () => pair.measure() }));
  const samples = await interleave(variants, { rounds: quick ? 5 : ROUNDS, warmUps: 0, say });
  for (const pair of pairs.values()) pair.stop();
  const shares = await measureSpread(SPREAD_CALLS);
  const base = (samples.get('grpc-js') ?? []).map(total);
  const ratioOf = (name: string) => median(ratios((samples.get(name) ?? []).map(total), base));
  return {
    title: 'RPC',
    method:
      `Unary calls of a reservation, ${IN_FLIGHT} in flight, ${CALLS} a round, client and server in processes of their own. ` +
      `Two servers behind one name got ${shares.map((share) => `${(share * 100).toFixed(1)} %`).join(' and ')} of ${SPREAD_CALLS} calls.`,
    tables: [
      {
        title: 'CPU per call',
        columns: ['stack', 'client', 'server', 'both', 'of grpc-js'],
        rows: [...samples].map(([name, own]) => [
          name,
          micros(median(own.map(({ client }) => client))),
          micros(median(own.map(({ server }) => server))),
          spread(own.map(total), micros),
          ratioOf(name).toFixed(2),
        ]),
      },
    ],
    charts: [
      {
        kind: 'bars',
        file: 'rpc.svg',
        title: 'CPU per unary call, client + server',
        unit: 'µs',
        bars: [...samples].map(([name, own]) => {
          const { median: value, min, max } = summarize(own.map(total));
          return { name, value, min, max };
        }),
      },
    ],
    budgets: [
      { name: 'CPU per RPC / grpc-js', value: ratioOf(OUR_STACK), limit: MAX_RATIO, kind: 'at-most' },
      {
        name: 'smallest share of two servers behind one name',
        value: Math.min(...shares),
        limit: MIN_SHARE,
        kind: 'at-least',
      },
    ],
    data: { samples: Object.fromEntries(samples), shares },
  };
}

function total({ client, server }: Sample): number {
  return client + server;
}
