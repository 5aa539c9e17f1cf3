/** Progress of long work. */
import type { Shell } from './tools.js';

/** Interval between progress reports, in milliseconds. */
const REPORT_INTERVAL_MS = 2_000;

/** Reports the progress of work that takes longer than a moment. `total` is approximate. */
export function createProgress(
  { clock, err }: Pick<Shell, 'clock' | 'err'>,
  total: number,
): (done: number, what: string) => void {
  let toldAt = clock();
  return (done, what) => {
    if (clock() - toldAt < REPORT_INTERVAL_MS) return;
    toldAt = clock();
    err(`${what} ${done} of about ${Math.max(done, total)}\n`);
  };
}
