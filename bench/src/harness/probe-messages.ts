/** Messages between the benchmark and the probe in a measured process. */

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
