/** Facts about the machine in the report: its cores and its clock, never its name. */
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';

/** A machine. */
export interface Machine {
  readonly cores: number;
  readonly clockMhz: number;
  /** Version of Node, without the `v`. */
  readonly node: string;
  /** Load average of the last minute ahead of the run. */
  readonly loadBefore: number;
}

/** Describes this machine. */
export function describeMachine(): Machine {
  return {
    cores: availableParallelism(),
    clockMhz: Math.round(cpus()[0]?.speed || clockOfLinux()),
    node: process.versions.node,
    loadBefore: loadavg()[0] ?? 0,
  };
}

/** Virtual machines report no frequency to Node. 0 where Linux knows none either. */
function clockOfLinux(): number {
  try {
    return Number(/^cpu MHz\s*: *([\d.]+)/m.exec(readFileSync('/proc/cpuinfo', 'utf8'))?.[1] ?? 0);
  } catch {
    return 0;
  }
}
