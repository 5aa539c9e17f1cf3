/** Tables and charts of the accept scenario. */
import { median, ratios, summarize } from '../harness/stats.js';
import { micros, spread } from '../report/format.js';
import type { Chart, ReportTable } from '../scenario.js';
import type { AcceptSample } from './variants.js';

type Samples = ReadonlyMap<string, readonly AcceptSample[]>;

/** Returns the table of one case. */
export function toAcceptTable(title: string, samples: Samples): ReportTable {
  const express = cpuOf(samples.get('bare express'));
  return {
    title: `Accept, ${title}`,
    columns: ['server', 'CPU per order', 'of bare express', 'orders/s', 'p50', 'p99'],
    rows: [...samples].map(([name, own]) => [
      name,
      spread(cpuOf(own), micros),
      median(ratios(cpuOf(own), express)).toFixed(2),
      median(own.map(({ perSecond }) => perSecond)).toFixed(0),
      micros(median(own.map(({ p50Ms }) => p50Ms)) * 1_000),
      micros(median(own.map(({ p99Ms }) => p99Ms)) * 1_000),
    ]),
  };
}

/** Returns the chart of one case. */
export function toAcceptChart(title: string, samples: Samples): Chart {
  return {
    kind: 'bars',
    file: `accept-${title.replaceAll(' ', '-')}.svg`,
    title: `CPU per accepted order, ${title}`,
    unit: 'µs',
    bars: [...samples].map(([name, own]) => {
      const { median: value, min, max } = summarize(cpuOf(own));
      return { name, value, min, max };
    }),
  };
}

function cpuOf(samples: readonly AcceptSample[] = []): number[] {
  return samples.map(({ cpuUs }) => cpuUs);
}
