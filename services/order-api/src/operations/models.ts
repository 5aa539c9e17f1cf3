/** Bodies of the operations endpoints. */

/** The process is alive. */
export interface Health {
  /** @example "healthy" */
  status: 'healthy';
}

/** State of one dependency. */
export type DependencyState = 'ok' | 'unreachable';

/** Readiness of the API. */
export interface Readiness {
  /** @example "ready" */
  status: 'ready' | 'not ready';
  /** State of each dependency. */
  checks: {
    /** The order queue. */
    queue: DependencyState;
    /** The orders table. */
    orders: DependencyState;
    /** Redis, which the API does without if it must. */
    redis: DependencyState;
    /** Present when the API is not ready because it stops. */
    process?: 'stopping';
  };
}
