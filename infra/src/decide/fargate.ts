/**
 * Task sizes that Fargate offers.
 * https://docs.aws.amazon.com/AmazonECS/latest/developerguide/fargate-tasks-services.html
 */

/** A task's size. */
export interface TaskSize {
  /** CPU units; 1024 are one vCPU. */
  readonly cpuUnits: number;
  readonly memoryMiB: number;
}

const GIB = 1024;

/** CPU units -> smallest and largest memory and the step between, in MiB. */
const MEMORY_BY_CPU: Readonly<Record<number, { min: number; max: number; step: number }>> = {
  256: { min: 512, max: 2 * GIB, step: GIB },
  512: { min: 1 * GIB, max: 4 * GIB, step: GIB },
  1024: { min: 2 * GIB, max: 8 * GIB, step: GIB },
  2048: { min: 4 * GIB, max: 16 * GIB, step: GIB },
  4096: { min: 8 * GIB, max: 30 * GIB, step: GIB },
};

/** The sizes of CPU that are offered, in CPU units. */
const CPU_UNITS: readonly number[] = Object.keys(MEMORY_BY_CPU).map(Number);

/** Returns the problem of a size, or undefined. */
export function validateTaskSize({ cpuUnits, memoryMiB }: TaskSize): string | undefined {
  const range = MEMORY_BY_CPU[cpuUnits];
  if (!range) return `${cpuUnits} CPU units are not offered; use ${CPU_UNITS.join(', ')}`;
  const fits = memoryMiB === range.min || (memoryMiB % range.step === 0 && memoryMiB <= range.max);
  if (memoryMiB >= range.min && fits) return undefined;
  return `${memoryMiB} MiB do not go with ${cpuUnits} CPU units; use ${range.min} to ${range.max} in steps of ${range.step}`;
}
