/** The running redrive. It belongs to the console, not to a page: it continues while the operator looks elsewhere. */
import { operations } from '../../api/clients.js';
import { describeError, isSessionError } from '../../api/errors.js';
import { reportSessionEnd } from '../../api/session.js';
import { Store, useStore } from '../../api/store.js';

/** Selection to redrive: some dead letters, all with a reason, or all. */
export type RedriveChoice =
  | { readonly kind: 'ids'; readonly ids: readonly string[] }
  | { readonly kind: 'reason'; readonly reason: string }
  | { readonly kind: 'all' };

/** Progress of the latest redrive. */
export interface RedriveRun {
  readonly total: number;
  readonly redriven: number;
  readonly failed: number;
  readonly state: 'running' | 'finished' | 'stopped' | 'broken';
  /** One sentence about the end; empty while it runs. */
  readonly summary: string;
}

const latest = new Store<RedriveRun | undefined>(undefined);
let stop: AbortController | undefined;

function toRequest(choice: RedriveChoice) {
  if (choice.kind === 'ids') return { ids: [...choice.ids] };
  return choice.kind === 'reason' ? { reason: choice.reason } : { all: true };
}

/** Returns how many dead letters a redrive would send back. */
export async function countRedrive(choice: RedriveChoice, signal: AbortSignal): Promise<number> {
  if (choice.kind === 'ids') return choice.ids.length;
  let total = 0;
  for await (const progress of operations.redriveDeadLetters(
    { ...toRequest(choice), dryRun: true },
    { signal },
  ))
    total = progress.finished ? progress.redriven : progress.total;
  return total;
}

/** Starts a redrive of about `total` dead letters at `rate` a second. */
export async function startRedrive(choice: RedriveChoice, total: number, rate: number): Promise<void> {
  stop = new AbortController();
  latest.set({ total, redriven: 0, failed: 0, state: 'running', summary: '' });
  try {
    for await (const progress of operations.redriveDeadLetters(
      { ...toRequest(choice), rate },
      { signal: stop.signal },
    )) {
      const { redriven, failed, finished, summary } = progress;
      latest.set({
        total: Math.max(progress.total, redriven + failed),
        redriven,
        failed,
        state: finished ? 'finished' : 'running',
        summary,
      });
    }
    const run = latest.value;
    if (run?.state === 'running')
      latest.set({ ...run, state: 'broken', summary: 'The connection was lost.' });
  } catch (error) {
    if (isSessionError(error)) reportSessionEnd();
    const run = latest.value;
    if (!run) return;
    const isStopped = stop.signal.aborted;
    latest.set({
      ...run,
      state: isStopped ? 'stopped' : 'broken',
      summary: isStopped ? `Stopped after ${run.redriven}.` : describeError(error).detail,
    });
  }
}

/** Stops the running redrive after the message at hand. */
export function stopRedrive(): void {
  stop?.abort();
}

/** Removes the result of a redrive that has ended. */
export function dismissRedrive(): void {
  if (latest.value?.state !== 'running') latest.set(undefined);
}

/** Returns the latest redrive; the component renders again with its progress. */
export function useRedrive(): RedriveRun | undefined {
  return useStore(latest);
}
