/** Progress of long work. */
import type { Shell } from './tools.js';

/** How often progress is told, in milliseconds. */
const TELL_EVERY_MS = 2_000;

/** Tells how far work has come, when it takes longer than a moment. `total` is approximate. */
export function createProgress(
  { clock, err }: Pick<Shell, 'clock' | 'err'>,
  total: number,
): (done: number, what: string) => void {
  let toldAt = clock();
  return (done, what) => {
    if (clock() - toldAt < TELL_EVERY_MS) return;
    toldAt = clock();
    err(`${what} ${done} of about ${Math.max(done, total)}\n`);
  };
}
