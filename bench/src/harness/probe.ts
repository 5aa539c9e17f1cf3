/**
 * Loaded into a measured process ahead of its program (`node --import`): reports the CPU time and memory of the process
 * when the parent asks, and ends the process when the parent is gone.
 */

/** Resources of a process. */
export interface ProcessUsage {
  /** CPU time since the start of all threads, user and system, in microseconds. */
  readonly cpuUs: number;
  /** The part of it that was spent outside of the kernel. */
  readonly userUs: number;
  /** Resident memory in bytes. */
  readonly rssBytes: number;
}

/** The message that asks for a {@link ProcessUsage}. */
export const USAGE_REQUEST = 'bench:usage';

process.on('message', (message) => {
  if (message !== USAGE_REQUEST) return;
  const { user, system } = process.cpuUsage();
  const usage: ProcessUsage = { cpuUs: user + system, userUs: user, rssBytes: process.memoryUsage.rss() };
  process.send?.({ [USAGE_REQUEST]: usage });
});
process.once('disconnect', () => process.exit());
// The program decides how long it runs.
process.channel?.unref();
