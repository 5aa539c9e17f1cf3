/** Small programs in place of the stack's processes, and a check whether a process exists. */

/** Arguments of node for a program that prints `ready` and does what `code` says. */
export const program = (code: string): string[] => ['-e', `${code}\nconsole.log('ready');`];

/** Runs until SIGTERM. */
export const RUNS = program('setInterval(() => undefined, 1e6);');

/** Runs on after SIGTERM, too. */
export const RUNS_ON = program(
  "process.on('SIGTERM', () => console.log('no')); setInterval(() => undefined, 1e6);",
);

/** Returns true when a process with this id exists. */
export function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}
