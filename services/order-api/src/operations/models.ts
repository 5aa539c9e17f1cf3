/** What operators are answered. */

/** The process is alive. */
export interface Health {
  /** @example "healthy" */
  status: 'healthy';
}

/** What one dependency answered. */
export type DependencyState = 'ok' | 'unreachable';

/** Whether the API can do its work. */
export interface Readiness {
  /** @example "ready" */
  status: 'ready' | 'not ready';
  /** What each dependency answered. */
  checks: {
    /** The order queue. */
    queue: DependencyState;
    /** The orders table. */
    orders: DependencyState;
    /** Redis, which the API does without if it must. */
    redis: DependencyState;
  };
}
