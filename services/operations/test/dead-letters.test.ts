/** Readers of the dead-letter queue that share a look, and changes that keep them out. */
import { describe, expect, test } from '@jest/globals';
import { encodeOrderPlaced } from '@order-pipeline/contracts/order-event';
import { DeadLetters } from '../src/dead-letters.js';
import { type DeadLetter, toDeadLetter } from '../src/operator/dead-letter.js';

const ORDER = {
  user_id: 'ann',
  amount: 100,
  currency: 'EUR',
  items: [{ sku: 'A', quantity: 1 }],
  created_at: '2026-01-01T00:00:00.000Z',
  payment_method: 'pm_card_visa',
};

function letter(id: string, order_id?: string): DeadLetter {
  const Body = order_id === undefined ? 'no order' : encodeOrderPlaced({ ...ORDER, order_id });
  return toDeadLetter({ MessageId: id, Body, Attributes: { SentTimestamp: '1' } });
}

function createWorld(letters: readonly DeadLetter[], depth = { visible: letters.length, hidden: 0 }) {
  const stop = new AbortController();
  const world = { now: 10_000, calls: [] as string[], stop, giveBackFails: false };
  const tools = {
    dlq: {
      depth: async () => depth,
      async *each() {
        world.calls.push('read');
        yield* letters.map((each) => [each]);
      },
      giveBack: async () => {
        world.calls.push('give back');
        if (world.giveBackFails) throw new Error('SQS is away');
      },
    },
    shell: { clock: () => world.now, err: () => undefined, signal: stop.signal },
  } as unknown as Parameters<DeadLetters['list']>[0];
  const deadLetters = new DeadLetters(() => world.now);
  const list = async (limit = 10) => {
    const read = await deadLetters.list(tools, limit);
    return { ids: read.letters.map(({ id }) => id), visible: read.depth.visible };
  };
  return { world, tools, deadLetters, list };
}

const TWO = [letter('m-1', 'o-1'), letter('m-2')];
const READ = ['read', 'give back'];

describe('looks', () => {
  test.each<[string, number, number, string[]]>([
    ['within a second', 1_000, 10, READ],
    ['for fewer letters', 0, 1, READ],
    ['for more letters', 0, 11, [...READ, ...READ]],
    ['after more than a second', 1_001, 10, [...READ, ...READ]],
  ])('a second one %s', async (_name, laterMs, limit, calls) => {
    const { world, list } = createWorld(TWO);
    expect(await list()).toEqual({ ids: ['m-1', 'm-2'], visible: 2 });
    world.now += laterMs;
    expect((await list(limit)).ids).toEqual(['m-1', 'm-2'].slice(0, limit));
    expect(world.calls).toEqual(calls);
  });

  test('one that was broken off is not shared', async () => {
    const { world, deadLetters, list } = createWorld(TWO);
    world.stop.abort();
    await list();
    expect(deadLetters.orderIds.size).toBe(0);
    await list();
    expect(world.calls).toEqual([...READ, ...READ]);
  });

  test('one that fails keeps nobody out', async () => {
    const { world, list } = createWorld(TWO);
    world.giveBackFails = true;
    await expect(list()).rejects.toThrow('SQS is away');
    world.giveBackFails = false;
    expect((await list()).ids).toEqual(['m-1', 'm-2']);
  });

  test.each([
    [2, 1],
    [5, 4],
    [0, 1],
  ])('of %s messages that SQS counts, %s remain after one has left', async (counted, remaining) => {
    const { deadLetters, list } = createWorld(TWO, { visible: counted, hidden: 0 });
    await list();
    deadLetters.left('m-1');
    expect(await list()).toEqual({ ids: ['m-2'], visible: remaining });
  });

  test('orders count until their letter has left', async () => {
    const { world, deadLetters, list } = createWorld(TWO);
    const known = () => [deadLetters.hasOrder('o-1'), deadLetters.hasOrder('o-2'), [...deadLetters.orderIds]];
    expect(known()).toEqual([false, false, []]);
    await list();
    expect(known()).toEqual([true, false, ['o-1']]);
    deadLetters.left('m-1');
    expect(known()).toEqual([false, false, []]);
    world.now += 2_000;
    await list();
    expect(known()).toEqual([true, false, ['o-1']]);
  });
});

describe('changes', () => {
  test('one at a time; received messages are released, also when that fails', async () => {
    const { world, tools, deadLetters } = createWorld([]);
    world.giveBackFails = true;
    const change = (name: string) => deadLetters.change(tools, async () => world.calls.push(name));
    await Promise.all([change('first'), change('second')]);
    expect(world.calls).toEqual(['first', 'give back', 'second', 'give back']);
  });

  test('one that fails rejects, and the next one runs', async () => {
    const { tools, deadLetters } = createWorld([]);
    const failing = deadLetters.change(tools, async () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    expect(await deadLetters.change(tools, async () => 'done')).toBe('done');
  });

  test('readers see the last look meanwhile, and look again afterwards', async () => {
    const { world, tools, deadLetters, list } = createWorld(TWO);
    await list();
    await deadLetters.change(tools, async () => {
      deadLetters.left('m-2');
      expect(await list()).toEqual({ ids: ['m-1'], visible: 1 });
    });
    expect(world.calls).toEqual([...READ, 'give back']);
    await list();
    expect(world.calls).toEqual([...READ, 'give back', ...READ]);
  });
});
