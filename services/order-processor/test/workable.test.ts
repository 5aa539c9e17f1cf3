import { expect, test } from '@jest/globals';
import type { Breaker } from '@order-pipeline/platform/rpc/breaker';
import { createUntilWorkable } from '../src/workable.js';

/** A breaker that the test turns by hand. */
function manualBreaker() {
  const listeners: ((open: boolean) => void)[] = [];
  const breaker = {
    isOpen: false,
    onChange: (listener: (open: boolean) => void) => listeners.push(listener),
    turn(open: boolean) {
      breaker.isOpen = open;
      for (const listener of listeners) listener(open);
    },
  };
  return breaker satisfies Breaker;
}

test('there is nothing to wait for while all are closed', async () => {
  const untilWorkable = createUntilWorkable([manualBreaker(), manualBreaker()]);
  await expect(untilWorkable(new AbortController().signal)).resolves.toBeUndefined();
});

test('waits until the last breaker is closed', async () => {
  const [first, second] = [manualBreaker(), manualBreaker()];
  const untilWorkable = createUntilWorkable([first, second]);
  first.turn(true);
  second.turn(true);
  const events: string[] = [];
  const waited = untilWorkable(new AbortController().signal).then(() => events.push('workable'));
  first.turn(false);
  await new Promise(setImmediate);
  events.push('one is closed');
  second.turn(false);
  await waited;
  expect(events).toEqual(['one is closed', 'workable']);
});

test('stops waiting when the process stops', async () => {
  const breaker = manualBreaker();
  const untilWorkable = createUntilWorkable([breaker]);
  breaker.turn(true);
  const stop = new AbortController();
  const waited = untilWorkable(stop.signal);
  stop.abort();
  await expect(waited).resolves.toBeUndefined();
  await expect(untilWorkable(stop.signal)).resolves.toBeUndefined();
});
