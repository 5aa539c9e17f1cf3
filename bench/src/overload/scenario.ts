/** Twice the load that one API process sustains: what it accepts, how late, and how soon it is itself again. */

import { prepareRequests } from '../accept/requests.js';
import { startBackend } from '../harness/backend.js';
import { THIS_BUILD } from '../harness/builds.js';
import { startServices } from '../harness/services.js';
import { percentile } from '../harness/stats.js';
import { generateClosedLoad, generateOpenLoad, type LoadResult } from '../load/generate.js';
import type { BenchOptions, ScenarioReport } from '../scenario.js';

const CONNECTIONS = 64;
const SHED = '503';

/** One phase of the load. */
interface Phase {
  readonly name: string;
  readonly ofSustainable: number;
  readonly seconds: number;
}

/** Measures. */
export async function runOverload({ quick, latency, say }: BenchOptions): Promise<ScenarioReport> {
  const backend = await startBackend({ latency });
  const services = await startServices({
    build: THIS_BUILD,
    backend,
    names: ['order-api'],
    env: { MAX_EVENT_LOOP_LAG_MS: '100' },
  });
  const port = services.ports['order-api'];
  const warm = { tokens: 'warm', keys: false } as const;
  try {
    say('measuring the sustainable rate');
    const sustainable = await measureRate(port, quick ? 6_000 : 20_000);
    const phases: Phase[] = [
      { name: 'half, before', ofSustainable: 0.5, seconds: quick ? 2 : 5 },
      { name: 'twice', ofSustainable: 2, seconds: quick ? 4 : 15 },
      { name: 'half, right after', ofSustainable: 0.5, seconds: quick ? 2 : 5 },
    ];
    const rows: (PhaseResult & Phase)[] = [];
    for (const phase of phases) {
      const rate = sustainable * phase.ofSustainable;
      say(`${phase.name}: ${rate.toFixed(0)} orders/s`);
      const { seconds } = phase;
      const load = await generateOpenLoad({
        ...{ port, rate, seconds },
        nextRequest: prepareRequests(warm, 0),
        latencyFrom: 'sent',
      });
      rows.push({ ...phase, ...toResult(load, rate * seconds, seconds) });
    }
    return toReport(sustainable, rows);
  } finally {
    await services.stop();
    await backend.stop();
  }
}

/** The best of three: what the process can do, not what it did while the machine was busy. */
async function measureRate(port: number, requests: number): Promise<number> {
  const rates: number[] = [];
  for (let round = 0; round < 4; round += 1) {
    const nextRequest = prepareRequests({ tokens: 'warm', keys: false }, 0);
    const load = await generateClosedLoad({ port, connections: CONNECTIONS, requests, nextRequest });
    if (round > 0) rates.push(load.completed / (load.elapsedMs / 1_000));
  }
  return Math.max(...rates);
}

interface PhaseResult {
  readonly acceptedPerSecond: number;
  readonly accepted: number;
  readonly shed: number;
  readonly other: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

function toResult(load: LoadResult, offered: number, seconds: number): PhaseResult {
  const shed = load.unexpected[SHED] ?? 0;
  return {
    acceptedPerSecond: load.completed / Math.max(seconds, load.elapsedMs / 1_000),
    accepted: load.completed / offered,
    shed: shed / offered,
    other: (offered - load.completed - shed) / offered,
    p50Ms: percentile(load.latenciesMs, 0.5),
    p99Ms: percentile(load.latenciesMs, 0.99),
  };
}

function toReport(sustainable: number, rows: readonly (PhaseResult & Phase)[]): ScenarioReport {
  const part = (value: number) => `${(value * 100).toFixed(1)} %`;
  return {
    title: 'Overload',
    method:
      `One API process. Sustainable is the best closed-loop rate of ${CONNECTIONS} connections, ${sustainable.toFixed(0)} orders/s. ` +
      'The phases are open loop: requests come at their rate however late the answers are. Latencies count from when a request was ' +
      'sent: the load generator, SQS and Redis share the two cores with the API, so that the generator is late itself at twice the rate.',
    tables: [
      {
        title: 'Accepted and turned away',
        columns: [
          'load',
          'accepted/s',
          'accepted',
          'turned away (503)',
          'other',
          'p50 accepted',
          'p99 accepted',
        ],
        rows: rows.map((row) => [
          row.name,
          row.acceptedPerSecond.toFixed(0),
          part(row.accepted),
          part(row.shed),
          part(row.other),
          `${row.p50Ms.toFixed(1)} ms`,
          `${row.p99Ms.toFixed(1)} ms`,
        ]),
      },
    ],
    charts: [],
    budgets: [],
    data: { sustainable, phases: rows },
  };
}
