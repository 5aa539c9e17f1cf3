/** Usage of idle services. */
import { setTimeout as sleep } from 'node:timers/promises';
import { startBackend } from '../harness/backend.js';
import { THIS_BUILD } from '../harness/builds.js';
import { PRICES } from '../harness/decide/billing.js';
import { startServices } from '../harness/services.js';
import type { BenchOptions, ScenarioReport } from '../scenario.js';

const HOURS_PER_MONTH = 730;
const SETTLE_MS = 5_000;

/** Measures. */
export async function runIdle({ quick, say }: BenchOptions): Promise<ScenarioReport> {
  const seconds = quick ? 20 : 120;
  const backend = await startBackend({ counted: true });
  const names = ['scoring', 'order-processor', 'webhooks', 'order-api'] as const;
  // Reconciliation runs as configured by default: it is what an idle system does.
  const env = { RECONCILE_INTERVAL_MS: '300000' };
  const services = await startServices({ build: THIS_BUILD, backend, names, env });
  try {
    await sleep(SETTLE_MS);
    await backend.proxy?.take();
    const processes = [...services.processes.values()];
    const before = await Promise.all(processes.map((process) => process.usage()));
    say(`nothing happens for ${seconds} s`);
    await sleep(seconds * 1_000);
    const after = await Promise.all(processes.map((process) => process.usage()));
    const totals = await backend.proxy?.take();
    const rows = processes.map(({ name }, index) => {
      const cpuMs = ((after[index]?.cpuUs ?? 0) - (before[index]?.cpuUs ?? 0)) / 1_000;
      const rss = (after[index]?.rssBytes ?? 0) / 1_048_576;
      return { name, cpuMsPerSecond: cpuMs / seconds, rssMiB: rss };
    });
    const requests = Object.entries(totals?.requests ?? {});
    const perHour = (count: number) => (count / seconds) * 3_600;
    const usd =
      (perHour(totals?.sqsRequests ?? 0) * PRICES.sqsRequest +
        perHour(totals?.writeUnits ?? 0) * PRICES.writeUnit +
        perHour(totals?.readUnits ?? 0) * PRICES.readUnit) /
      1e6;
    return {
      title: 'Idle',
      method:
        `All services run for ${seconds} s without orders and without probes. The cost is that of their AWS requests, ` +
        'projected to a month; it grows with the number of processes.',
      tables: [
        {
          title: 'Processes',
          columns: ['process', 'CPU ms per second', 'RSS MiB'],
          rows: rows.map(({ name, cpuMsPerSecond, rssMiB }) => [
            name,
            cpuMsPerSecond.toFixed(2),
            rssMiB.toFixed(0),
          ]),
        },
        {
          title: `AWS requests, ${(usd * HOURS_PER_MONTH).toFixed(2)} USD a month`,
          columns: ['operation', 'per hour'],
          rows: requests.map(([operation, count]) => [operation, perHour(count).toFixed(0)]),
        },
      ],
      charts: [],
      budgets: [],
      data: { seconds, processes: rows, totals },
    };
  } finally {
    await services.stop();
    await backend.stop();
  }
}
