/** Finds where latency begins to grow with the rate. */

/** One rate of a series, offered and completed in orders a second, and the latency that most orders had. */
export interface RatePoint {
  readonly rate: number;
  readonly completed: number;
  readonly p95Ms: number;
}

/** A completed rate below this part of the offered one means that a backlog grows. */
const KEEPS_UP = 0.95;
/** Latency of the knee as a multiple of that of the lowest rate. */
const KNEE_FACTOR = 3;

/**
 * Returns the highest rate up to which every rate of the series (in rising order) is kept up with, at a latency of at most
 * three times that of the lowest rate. Undefined when even the lowest is too much.
 */
export function findKnee(points: readonly RatePoint[]): number | undefined {
  const [lowest] = points;
  let knee: number | undefined;
  for (const { rate, completed, p95Ms } of points) {
    if (completed < rate * KEEPS_UP || p95Ms > (lowest?.p95Ms ?? 0) * KNEE_FACTOR) break;
    knee = rate;
  }
  return knee;
}
