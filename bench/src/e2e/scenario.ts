/** From POST to the final state, at rising rates. */
import { prepareRequests } from '../accept/requests.js';
import { startBackend } from '../harness/backend.js';
import { THIS_BUILD } from '../harness/builds.js';
import { startServices } from '../harness/services.js';
import { percentile } from '../harness/stats.js';
import { generateOpenLoad } from '../load/generate.js';
import { stockItems } from '../load/orders.js';
import type { BenchOptions, ScenarioReport } from '../scenario.js';
import { createFollower, type FollowMode } from './follow.js';
import { findKnee, type RatePoint } from './knee.js';

const QUICK = { rates: [10, 40, 80], seconds: 3 };
const FULL = { rates: [10, 20, 40, 80, 120, 160, 240, 320], seconds: 10 };
const MODES: readonly FollowMode[] = ['Prefer: wait', 'polling'];

interface Point extends RatePoint {
  readonly mode: FollowMode;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly failed: number;
}

/** Measures. */
export async function runE2e({ quick, latency, say }: BenchOptions): Promise<ScenarioReport> {
  const { rates, seconds } = quick ? QUICK : FULL;
  const backend = await startBackend({ latency });
  const names = ['scoring', 'order-processor', 'order-api'] as const;
  const services = await startServices({ build: THIS_BUILD, backend, names });
  const port = services.ports['order-api'];
  const points: Point[] = [];
  try {
    await stockItems(services.ports.scoring);
    const measure = async (mode: FollowMode, rate: number, duration: number): Promise<Point> => {
      const nextRequest = prepareRequests({ tokens: 'warm', keys: false }, 0);
      const load = await generateOpenLoad({
        port,
        rate,
        seconds: duration,
        nextRequest,
        follow: createFollower(mode),
      });
      const { latenciesMs } = load;
      return {
        mode,
        rate,
        completed:
          load.completed / Math.max(duration, load.elapsedMs / 1_000 - percentile(latenciesMs, 0.5) / 1_000),
        p50Ms: percentile(latenciesMs, 0.5),
        p95Ms: percentile(latenciesMs, 0.95),
        p99Ms: percentile(latenciesMs, 0.99),
        failed: Object.values(load.unexpected).reduce((sum, count) => sum + count, 0),
      };
    };
    say('warm-up');
    await measure('Prefer: wait', 60, quick ? 4 : 15);
    for (const mode of MODES)
      for (const rate of rates) {
        say(`${mode}: ${rate} orders/s`);
        points.push(await measure(mode, rate, seconds));
      }
    return toReport(points, quick);
  } finally {
    await services.stop();
    await backend.stop();
  }
}

function toReport(points: readonly Point[], quick: boolean): ScenarioReport {
  const ms = (value: number) => `${value.toFixed(0)} ms`;
  const kneeOf = (mode: FollowMode) => findKnee(points.filter((point) => point.mode === mode));
  const knees = MODES.map((mode) => `${mode} ${kneeOf(mode) ?? 'below the lowest rate'}`).join(', ');
  return {
    title: 'From POST to the final state',
    method:
      'Open loop: an order comes at its time whether or not earlier ones are final. One process of each service. A client polls ' +
      'every 50 ms, or sends `Prefer: wait=20` once. The latency ends with the answer that says COMPLETED. The knee is the highest rate ' +
      `that is kept up with at a p95 of at most three times that of the lowest rate, of the rates tried, in orders/s: ${knees}.`,
    tables: MODES.map((mode) => ({
      title: `POST to final, ${mode}`,
      columns: ['orders/s offered', 'completed', 'p50', 'p95', 'p99', 'failed'],
      rows: points
        .filter((point) => point.mode === mode)
        .map(({ rate, completed, p50Ms, p95Ms, p99Ms, failed }) => [
          String(rate),
          completed.toFixed(1),
          ms(p50Ms),
          ms(p95Ms),
          ms(p99Ms),
          String(failed),
        ]),
    })),
    charts: quick
      ? []
      : [
          {
            kind: 'lines',
            file: 'e2e.svg',
            title: 'POST to final state',
            xLabel: 'orders/s offered',
            yLabel: 'ms',
            lines: MODES.flatMap((mode) =>
              (['p50Ms', 'p99Ms'] as const).map((quantile) => ({
                name: `${mode}, ${quantile.slice(0, 3)}`,
                points: points
                  .filter((point) => point.mode === mode)
                  .map((point) => [point.rate, point[quantile]] as const),
              })),
            ),
          },
        ],
    budgets: [],
    data: { points, knees: Object.fromEntries(MODES.map((mode) => [mode, kneeOf(mode) ?? null])) },
  };
}
