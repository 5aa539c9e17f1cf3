/** Timers in virtual time, with the interfaces of Node's. */
import timersPromises from 'node:timers/promises';
import { currentContext } from './context.js';
import type { SimEvent, World } from './world.js';

/** A timer as Node returns it. */
class SimTimer {
  event: SimEvent | undefined;

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  refresh(): this {
    return this;
  }

  close(): this {
    if (this.event) this.event.cancelled = true;
    return this;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}

/** The shortest wait of Node's timers, in milliseconds. */
const SHORTEST_MS = 1;

/** The functions that take the place of Node's while `world` returns a world. */
export function createTimers(world: () => World | undefined) {
  const real = {
    setTimeout: globalThis.setTimeout,
    setInterval: globalThis.setInterval,
    setImmediate: globalThis.setImmediate,
    clearTimeout: globalThis.clearTimeout,
    clearInterval: globalThis.clearInterval,
    clearImmediate: globalThis.clearImmediate,
    sleep: timersPromises.setTimeout,
    abortAfter: AbortSignal.timeout,
  };

  const later = (active: World, delayMs: number, run: () => void): SimTimer => {
    const timer = new SimTimer();
    timer.event = active.after(Math.max(SHORTEST_MS, delayMs || 0), run);
    return timer;
  };

  const clear = (realClear: (timer: never) => void) => (timer: unknown) => {
    if (timer instanceof SimTimer) timer.close();
    else realClear(timer as never);
  };

  const repeat = (active: World, delayMs: number, run: () => void): SimTimer => {
    const timer = new SimTimer();
    const context = currentContext();
    const next = () => {
      timer.event = active.after(Math.max(SHORTEST_MS, delayMs || 0), tick, context);
    };
    const tick = () => {
      next();
      run();
    };
    next();
    return timer;
  };

  const globals = {
    setTimeout: (run: (...args: unknown[]) => void, delayMs = 0, ...args: unknown[]) => {
      const active = world();
      return active ? later(active, delayMs, () => run(...args)) : real.setTimeout(run, delayMs, ...args);
    },
    setInterval: (run: (...args: unknown[]) => void, delayMs = 0, ...args: unknown[]) => {
      const active = world();
      return active ? repeat(active, delayMs, () => run(...args)) : real.setInterval(run, delayMs, ...args);
    },
    setImmediate: (run: (...args: unknown[]) => void, ...args: unknown[]) => {
      const active = world();
      if (!active) return real.setImmediate(run, ...args);
      const timer = new SimTimer();
      timer.event = active.after(0, () => run(...args));
      return timer;
    },
    clearTimeout: clear(real.clearTimeout),
    clearInterval: clear(real.clearInterval),
    clearImmediate: clear(real.clearImmediate),
  };

  const sleep = <T>(delayMs = 0, value?: T, options: { signal?: AbortSignal } = {}): Promise<T> => {
    const active = world();
    if (!active) return real.sleep(delayMs, value as T, options);
    return sleepIn(active, delayMs, value as T, options.signal);
  };

  const abortAfter = (delayMs: number): AbortSignal => {
    const active = world();
    if (!active) return real.abortAfter(delayMs);
    const controller = new AbortController();
    later(active, delayMs, () =>
      controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError')),
    );
    return controller.signal;
  };

  return { globals, promises: { setTimeout: sleep }, abortAfter };
}

function sleepIn<T>(world: World, delayMs: number, value: T, signal: AbortSignal | undefined): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => {
      event.cancelled = true;
      reject(
        Object.assign(new Error('The operation was aborted'), { name: 'AbortError', code: 'ABORT_ERR' }),
      );
    };
    const event = world.after(Math.max(SHORTEST_MS, delayMs), () => {
      signal?.removeEventListener('abort', abort);
      resolve(value);
    });
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
