import { expect, test } from '@jest/globals';
import { Batcher, type EntryResult } from '../src/batcher.js';

/** A batch call that a test answers by hand. */
function manualSend() {
  const calls: { entries: readonly number[]; answer: (results: EntryResult<string>[]) => void }[] = [];
  const send = (entries: readonly number[]) =>
    new Promise<EntryResult<string>[]>((resolve) => {
      calls.push({ entries, answer: resolve });
    });
  return { calls, send };
}

const echo = (entries: readonly number[]) => entries.map((entry) => ({ value: `sent ${entry}` }));

test('sends a lone entry at once and groups what arrives meanwhile', async () => {
  const { calls, send } = manualSend();
  const batcher = new Batcher({ send, maxEntries: 10, maxConcurrent: 1, lingerMs: 0 });
  const first = batcher.add(1);
  const others = [2, 3, 4].map((entry) => batcher.add(entry));
  expect(calls.map(({ entries }) => entries)).toEqual([[1]]);
  expect(batcher.waiting).toBe(3);
  calls[0]?.answer(echo([1]));
  expect(await first).toBe('sent 1');
  await new Promise(setImmediate);
  expect(calls.map(({ entries }) => entries)).toEqual([[1], [2, 3, 4]]);
  calls[1]?.answer(echo([2, 3, 4]));
  expect(await Promise.all(others)).toEqual(['sent 2', 'sent 3', 'sent 4']);
});

test('splits by count and by size, and sends an entry that is too large alone', async () => {
  const batches: (readonly number[])[] = [];
  const batcher = new Batcher<number, string>({
    send: async (entries) => {
      batches.push(entries);
      return echo(entries);
    },
    maxEntries: 3,
    maxSize: 10,
    sizeOf: (entry) => entry,
    maxConcurrent: 1,
    lingerMs: 1,
  });
  await Promise.all([1, 1, 1, 6, 5, 99, 1].map((entry) => batcher.add(entry)));
  expect(batches).toEqual([[1, 1, 1], [6], [5], [99], [1]]);
});

test('fails the entries that the batch call refused, and no other', async () => {
  const refusal = new Error('refused');
  const batcher = new Batcher<number, string>({
    send: async (entries) =>
      entries.map((entry) => (entry === 2 ? { error: refusal } : { value: String(entry) })),
    maxEntries: 10,
    maxConcurrent: 1,
    lingerMs: 1,
  });
  const results = await Promise.allSettled([1, 2, 3].map((entry) => batcher.add(entry)));
  expect(results).toEqual([
    { status: 'fulfilled', value: '1' },
    { status: 'rejected', reason: refusal },
    { status: 'fulfilled', value: '3' },
  ]);
});

test('fails every entry when the call fails, and entries that were not answered for', async () => {
  const outage = new Error('outage');
  const failing = new Batcher<number, string>({
    send: async () => {
      throw outage;
    },
    maxEntries: 10,
    maxConcurrent: 1,
    lingerMs: 0,
  });
  await expect(failing.add(1)).rejects.toBe(outage);
  const forgetful = new Batcher<number, string>({
    send: async () => [],
    maxEntries: 10,
    maxConcurrent: 1,
    lingerMs: 0,
  });
  await expect(forgetful.add(1)).rejects.toThrow('did not answer');
});

test('flush sends what lingers and waits for it', async () => {
  const batches: (readonly number[])[] = [];
  const batcher = new Batcher<number, string>({
    send: async (entries) => {
      batches.push(entries);
      return echo(entries);
    },
    maxEntries: 2,
    maxConcurrent: 1,
    lingerMs: 3_600_000,
  });
  const answers = [1, 2, 3].map((entry) => batcher.add(entry));
  await batcher.flush();
  expect(await Promise.all(answers)).toEqual(['sent 1', 'sent 2', 'sent 3']);
  expect(batches).toEqual([[1, 2], [3]]);
});
