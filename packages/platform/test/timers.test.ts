import { expect, test } from '@jest/globals';
import { systemTimers } from '../src/timers.js';

test('sleeps, and measures how long', async () => {
  const before = systemTimers.now();
  await systemTimers.sleep(10);
  expect(systemTimers.now() - before).toBeGreaterThanOrEqual(9);
});

test('wakes up when its signal aborts', async () => {
  const stop = new AbortController();
  const slept = systemTimers.sleep(600_000, stop.signal);
  stop.abort();
  await expect(slept).resolves.toBeUndefined();
  await expect(systemTimers.sleep(600_000, stop.signal)).resolves.toBeUndefined();
});

test('runs once after a delay, unless canceled', async () => {
  const ran: string[] = [];
  const cancel = systemTimers.after(1, () => ran.push('canceled'));
  cancel();
  await new Promise<void>((resolve) => {
    systemTimers.after(5, () => {
      ran.push('kept');
      resolve();
    });
  });
  expect(ran).toEqual(['kept']);
});
