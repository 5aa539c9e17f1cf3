/** CPU time of samples as cells of a table. */
import { micros, spread } from '../report/format.js';
import type { ProcessSample } from './variants.js';

/** Returns the cells of the processor, of scoring and of both. */
export function toCpuCells(samples: readonly ProcessSample[]): string[] {
  return (['processor', 'scoring', 'both'] as const).map((part) =>
    spread(
      samples.map((sample) => sample[part]),
      micros,
    ),
  );
}

/** Returns the CPU time of processor and scoring together, in microseconds for an order. */
export function bothOf(samples: readonly ProcessSample[] = []): number[] {
  return samples.map(({ both }) => both);
}
