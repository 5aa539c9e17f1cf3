/** Publishes the state of this process for operators, at an interval. Best effort. */
import {
  encodeProcessState,
  PROCESS_STATE_INTERVAL_MS,
  PROCESS_STATE_KEY,
  type ProcessState,
} from '@order-pipeline/contracts/process-state';
import type { Redis } from './redis.js';
import type { Timers } from './timers.js';

/** Dependencies of {@link publishProcessState}. */
export interface ProcessStateDeps {
  readonly redis: Pick<Redis, 'hset' | 'hdel'>;
  readonly timers: Pick<Timers, 'after'>;
  /** Returns the state at this moment. */
  readonly state: () => ProcessState;
}

/** Publishes until `stop` is called, which removes the state. */
export function publishProcessState({ redis, timers, state }: ProcessStateDeps): { stop(): Promise<void> } {
  let cancel: () => void = () => undefined;
  let stopped = false;
  const publish = () => {
    const now = state();
    redis.hset(PROCESS_STATE_KEY, now.instance, encodeProcessState(now)).catch(() => undefined);
    if (!stopped) cancel = timers.after(PROCESS_STATE_INTERVAL_MS, publish);
  };
  publish();
  return {
    stop: async () => {
      stopped = true;
      cancel();
      await redis.hdel(PROCESS_STATE_KEY, state().instance).catch(() => undefined);
    },
  };
}
