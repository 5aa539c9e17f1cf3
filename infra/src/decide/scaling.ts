/** Targets of the autoscaling, for tasks and for pods. */

/** CPU use that is kept, in percent: room for a burst until new processes have started. */
export const CPU_TARGET_PERCENT = 70;

/** Requests a minute for each process of order-api. */
export const REQUESTS_PER_PROCESS = 3_000;

/** Orders that may wait for each process of order-processor: some seconds of its work. */
export const BACKLOG_PER_PROCESS = 100;

/** Time between two steps out, in seconds. */
export const SCALE_OUT_COOLDOWN_SECONDS = 30;

/** Time between two steps in, in seconds: removing processes too early costs a second wave of starts; a lull passes. */
export const SCALE_IN_COOLDOWN_SECONDS = 300;
