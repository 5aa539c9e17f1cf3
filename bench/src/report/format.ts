/** Text of figures. */
import { summarize } from '../harness/stats.js';

/** Microseconds as text, in milliseconds from 1 ms on. */
export function micros(value: number): string {
  return value >= 1_000 ? `${(value / 1_000).toFixed(2)} ms` : `${value.toFixed(0)} µs`;
}

/** Median with the extremes of the rounds: `5.10 ms (4.90 ms to 5.60 ms)`. */
export function spread(values: readonly number[], format: (value: number) => string): string {
  const { median, min, max } = summarize(values);
  return `${format(median)} (${format(min)} to ${format(max)})`;
}
