/** Stops the stack with the `npm start` that it runs under. */
import type { Environment } from '@order-pipeline/platform/env';

/** A process, as far as this needs it. */
export interface ChildOfNpm {
  readonly env: Environment;
  /** Id of the parent, which changes when the parent ends. */
  readonly ppid: number;
  emit(signal: 'SIGTERM', name: 'SIGTERM'): unknown;
}

/** Interval between two reads of the parent, in milliseconds. */
const INTERVAL_MS = 250;

/**
 * Treats the end of the parent as SIGTERM. npm passes signals to the shell that runs its script, and the shell ends without
 * passing them on. Does nothing outside of npm scripts: a stack may outlive the shell that it was started from.
 */
export function stopWithNpm(child: ChildOfNpm, intervalMs = INTERVAL_MS): void {
  if (child.env.npm_lifecycle_event === undefined) return;
  const parent = child.ppid;
  const timer = setInterval(() => {
    if (child.ppid === parent) return;
    clearInterval(timer);
    child.emit('SIGTERM', 'SIGTERM');
  }, intervalMs);
  timer.unref();
}
