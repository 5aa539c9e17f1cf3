/** States of processes that Redis knows. */
import {
  decodeProcessState,
  PROCESS_STATE_KEY,
  PROCESS_STATE_MAX_AGE_MS,
  type ProcessState,
} from '@order-pipeline/contracts/process-state';
import type { Clock } from '@order-pipeline/platform/clock';
import type { Redis } from '@order-pipeline/platform/redis';

/** Age from which the state of a process that died is removed, in milliseconds. */
const FORGET_MS = 60_000;

/** Returns the states of the processes that run, and removes those of processes that died. Rejects without Redis. */
export async function readProcesses(
  redis: Pick<Redis, 'hgetall' | 'hdel'>,
  clock: Clock,
): Promise<ProcessState[]> {
  const now = clock();
  const states = Object.entries(await redis.hgetall(PROCESS_STATE_KEY)).map(([instance, text]) => ({
    instance,
    state: decodeProcessState(text),
  }));
  const dead = states
    .filter(({ state }) => !state || now - state.at > FORGET_MS)
    .map(({ instance }) => instance);
  if (dead.length > 0) await redis.hdel(PROCESS_STATE_KEY, ...dead);
  return states.flatMap(({ state }) => (state && now - state.at <= PROCESS_STATE_MAX_AGE_MS ? [state] : []));
}
