/** The current time for components that show ages. */
import { useSyncExternalStore } from 'react';

/** Returns the time in epoch milliseconds, rounded down to `intervalMs`; the component renders again when it changes. */
export function useNow(intervalMs: number): number {
  return useSyncExternalStore(subscribe, () => Math.floor(Date.now() / intervalMs) * intervalMs);
}

const listeners = new Set<() => void>();
let timer: ReturnType<typeof setInterval> | undefined;

/** One timer for all: a table of ages costs one tick a second. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    for (const each of listeners) each();
  }, 1_000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}
