import { describe, expect, test } from '@jest/globals';
import { Schedule } from '../src/reconcile/schedule.js';
import { LOGGER, until } from './harness.js';

describe('a schedule', () => {
  test('runs again and again, also after a failure', async () => {
    let runs = 0;
    const schedule = new Schedule({
      intervalMs: 1,
      isDue: () => true,
      logger: LOGGER,
      run: async () => {
        runs += 1;
        throw new Error('a table cannot be read');
      },
    });
    await until('three runs', () => runs >= 3);
    await schedule.stop();
    const ended = runs;
    await schedule.stop();
    expect(runs).toBe(ended);
  });

  test('skips runs that make no sense', async () => {
    let asked = 0;
    let runs = 0;
    const schedule = new Schedule({
      intervalMs: 1,
      isDue: () => {
        asked += 1;
        return asked > 3;
      },
      logger: LOGGER,
      run: async () => {
        runs += 1;
      },
    });
    await until('a run', () => runs > 0);
    expect(asked).toBeGreaterThan(3);
    await schedule.stop();
  });

  test('cuts off the run that is under way when it stops, and waits for its end', async () => {
    const seen: string[] = [];
    const schedule = new Schedule({
      intervalMs: 1,
      isDue: () => true,
      logger: LOGGER,
      run: async (signal) => {
        seen.push('began');
        await new Promise<void>((resolve) => {
          signal.addEventListener('abort', () => resolve(), { once: true });
        });
        seen.push('ended');
        signal.throwIfAborted();
      },
    });
    await until('a run', () => seen.length > 0);
    await schedule.stop();
    expect(seen).toEqual(['began', 'ended']);
  });

  test('stops before its first run', async () => {
    const schedule = new Schedule({
      intervalMs: 86_400_000,
      isDue: () => true,
      logger: LOGGER,
      run: async () => {
        throw new Error('not expected');
      },
    });
    await schedule.stop();
  });
});
