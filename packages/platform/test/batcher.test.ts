import { expect, test } from '@jest/globals';
import { Batcher, BatcherFullError, type BatcherOptions, type EntryResult } from '../src/batcher.js';

const HOUR_MS = 3_600_000;

const OPTIONS = {
  maxEntries: 3,
  maxSize: 100,
  sizeOf: (entry: number) => entry,
  maxConcurrent: 2,
  eager: true,
  maxWaitMs: HOUR_MS,
};

/** A batcher whose batches are answered by the test, in the order in which they left. */
function createManual(options: Partial<BatcherOptions<number, string>> = {}) {
  const batches: (readonly number[])[] = [];
  const pending: PromiseWithResolvers<EntryResult<string>[]>[] = [];
  const batcher = new Batcher<number, string>({
    send: (entries) => {
      batches.push(entries);
      const answer = Promise.withResolvers<EntryResult<string>[]>();
      pending.push(answer);
      return answer.promise;
    },
    ...OPTIONS,
    ...options,
  });
  return {
    batcher,
    batches,
    /** Resolves the oldest batch: each entry was accepted. */
    accept: (...entries: number[]) =>
      pending.shift()?.resolve(entries.map((entry) => ({ value: `took ${entry}` }))),
    answer: (results: EntryResult<string>[]) => pending.shift()?.resolve(results),
    fail: (error: Error) => pending.shift()?.reject(error),
  };
}

const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

test('eager: a lone entry leaves at once', async () => {
  const { batcher, batches, accept } = createManual();
  const sent = batcher.add(1);
  await turn();
  expect(batches).toEqual([[1]]);
  accept(1);
  expect(await sent).toBe('took 1');
});

test('eager: entries that arrive while a batch is in flight are sent when it returns', async () => {
  const { batcher, batches, accept } = createManual();
  const first = batcher.add(1);
  await turn();
  const others = [batcher.add(2), batcher.add(3)];
  await turn();
  expect(batches).toEqual([[1]]);
  accept(1);
  await first;
  await turn();
  expect(batches).toEqual([[1], [2, 3]]);
  accept(2, 3);
  expect(await Promise.all(others)).toEqual(['took 2', 'took 3']);
});

test('a full batch is sent although another is in flight, up to the limit', async () => {
  const { batcher, batches, accept } = createManual();
  const sent = [batcher.add(1)];
  await turn();
  for (const entry of [2, 3, 4, 5, 6, 7]) sent.push(batcher.add(entry));
  await turn();
  expect(batches).toEqual([[1], [2, 3, 4]]);
  accept(1);
  await turn();
  expect(batches).toEqual([[1], [2, 3, 4], [5, 6, 7]]);
  accept(2, 3, 4);
  accept(5, 6, 7);
  await Promise.all(sent);
});

test.each([
  ['eager: an entry and a batch in flight', true, [[1], [2]]],
  ['not eager: any entry', false, [[1, 2]]],
])('%s leaves when it has waited long enough', async (_, eager, expected) => {
  const { batcher, batches, accept } = createManual({ eager, maxWaitMs: 5 });
  const sent = [batcher.add(1)];
  await turn();
  sent.push(batcher.add(2));
  while (batches.flat().length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
  expect(batches).toEqual(expected);
  for (const batch of expected) accept(...batch);
  await Promise.all(sent);
});

test('not eager: a full batch leaves at once', async () => {
  const { batcher, batches, accept } = createManual({ eager: false });
  const sent = [1, 2, 3].map((entry) => batcher.add(entry));
  await turn();
  expect(batches).toEqual([[1, 2, 3]]);
  accept(1, 2, 3);
  await Promise.all(sent);
});

test('batches stay under the size limit; what is too large alone goes alone', async () => {
  const batches: (readonly number[])[] = [];
  const batcher = new Batcher<number, string>({
    ...OPTIONS,
    maxConcurrent: 1,
    send: async (entries) => {
      batches.push(entries);
      return entries.map(() => ({ value: 'taken' }));
    },
  });
  const sent = [60, 30, 20, 500, 10].map((entry) => batcher.add(entry));
  await batcher.flush();
  await Promise.all(sent);
  expect(batches).toEqual([[60, 30], [20], [500], [10]]);
});

test('each caller learns its own outcome', async () => {
  const refusal = new Error('refused');
  const { batcher, answer } = createManual();
  const sent = [1, 2, 3].map((entry) => batcher.add(entry));
  await turn();
  answer([{ value: 'taken' }, { error: refusal }]);
  expect(await Promise.allSettled(sent)).toEqual([
    { status: 'fulfilled', value: 'taken' },
    { status: 'rejected', reason: refusal },
    { status: 'rejected', reason: new Error('The batch call returned no result for this entry') },
  ]);
});

test('a batch that cannot be sent fails its entries, and the next goes', async () => {
  const outage = new Error('outage');
  const { batcher, fail, accept } = createManual();
  const sent = Promise.allSettled([batcher.add(1), batcher.add(2)]);
  await turn();
  fail(outage);
  expect(await sent).toEqual([
    { status: 'rejected', reason: outage },
    { status: 'rejected', reason: outage },
  ]);
  const next = batcher.add(3);
  await turn();
  accept(3);
  expect(await next).toBe('took 3');
});

test('more than may wait is refused', async () => {
  const { batcher, accept } = createManual({ maxWaiting: 1 });
  const first = batcher.add(1);
  await expect(batcher.add(2)).rejects.toThrow(BatcherFullError);
  await turn();
  accept(1);
  await first;
});

test('flush sends what waits and resolves when all is answered', async () => {
  const taken: number[] = [];
  const batcher = new Batcher<number, void>({
    ...OPTIONS,
    eager: false,
    maxConcurrent: 1,
    send: async (entries) => {
      await turn();
      taken.push(...entries);
      return entries.map(() => ({ value: undefined }));
    },
  });
  const sent = Array.from({ length: 10 }, (_, entry) => batcher.add(entry));
  await batcher.flush();
  expect(taken).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  await Promise.all(sent);
  await batcher.flush();
});
