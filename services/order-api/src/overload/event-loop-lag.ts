/** Delay of the event loop. */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 10;
const NANOSECONDS_PER_MS = 1e6;
const QUANTILE = 90;

/** Returns a function that returns the 90th percentile of the delays since its last call, in milliseconds. */
export function createLagReader(): () => number {
  const histogram = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  histogram.enable();
  return () => {
    const lagMs =
      histogram.count === 0 ? 0 : histogram.percentile(QUANTILE) / NANOSECONDS_PER_MS - RESOLUTION_MS;
    histogram.reset();
    return Math.max(0, lagMs);
  };
}
