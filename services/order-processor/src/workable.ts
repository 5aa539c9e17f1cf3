/** Pauses the consumer while a dependency is down, so that messages do not use up their receives. */
import type { Breaker } from '@order-pipeline/platform/rpc/breaker';

/** A function that resolves when every breaker is closed, or when its signal aborts. */
export function createUntilWorkable(breakers: readonly Breaker[]): (signal: AbortSignal) => Promise<void> {
  const waiting = new Set<() => void>();
  const isWorkable = () => breakers.every(({ isOpen }) => !isOpen);
  for (const breaker of breakers) {
    breaker.onChange(() => {
      if (isWorkable()) for (const resume of waiting) resume();
    });
  }
  return async (signal) => {
    if (isWorkable() || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const resume = () => {
        waiting.delete(resume);
        signal.removeEventListener('abort', resume);
        resolve();
      };
      waiting.add(resume);
      signal.addEventListener('abort', resume, { once: true });
    });
  };
}
