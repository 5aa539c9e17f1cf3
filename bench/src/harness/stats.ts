/** Statistics of rounds and of latencies. */

/** Median of rounds with their spread. */
export interface Summary {
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

/** Returns the median and the extremes of the rounds. NaN without rounds. */
export function summarize(values: readonly number[]): Summary {
  return { median: median(values), min: Math.min(...values), max: Math.max(...values) };
}

/** Returns the median; NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  if (sorted.length % 2 === 1) return sorted[middle] ?? Number.NaN;
  return ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2;
}

/** Returns the smallest value that at least the fraction `q` of the values does not exceed (nearest rank). */
export function percentile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(q * sorted.length) - 1)] ?? Number.NaN;
}

/** Returns the ratio of each round to the same round of the base: what slows the machine down hits both. */
export function ratios(values: readonly number[], base: readonly number[]): number[] {
  return values.flatMap((value, round) => {
    const other = base[round];
    return other === undefined ? [] : [value / other];
  });
}

/** Ratio of the standard deviation of a normal distribution to its median absolute deviation. */
const DEVIATIONS = 1.4826;
/** Ratio of the standard error of a median to that of a mean. */
const OF_MEDIAN = 1.2533;

/** Returns the standard error of the median, from the median absolute deviation; NaN of nothing. */
export function standardError(values: readonly number[]): number {
  const middle = median(values);
  const deviation = median(values.map((value) => Math.abs(value - middle)));
  return (OF_MEDIAN * DEVIATIONS * deviation) / Math.sqrt(values.length);
}
