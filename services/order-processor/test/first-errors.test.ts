/** The error on a dead letter is that of the first attempt, of any worker. */
import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeOrderPlaced } from '@order-pipeline/contracts/order-event';
import { describeError, FirstErrors } from '../src/first-errors.js';
import { handleMessage } from '../src/handle-message.js';
import type { ReceivedMessage } from '../src/order-queue.js';
import { LOGGER } from './harness.js';
import { placed } from './placed.js';
import { ProtocolHarness } from './protocol-harness.js';

let harness: ProtocolHarness;
beforeAll(async () => {
  harness = await ProtocolHarness.start();
});
afterAll(() => harness.stop());

describe('a message that fails again and again', () => {
  const message = (body: string, receiveCount: number): ReceivedMessage => ({
    id: randomUUID(),
    body,
    receiptHandle: '',
    receiveCount,
    attributes: {},
  });

  test('carries the first error, though each attempt fails otherwise and in another process', async () => {
    const order = placed();
    const errors = ['the first', 'the second', 'the last'];
    let handled: Awaited<ReturnType<typeof handleMessage>> | undefined;
    for (const [index, text] of errors.entries()) {
      // A process of its own remembers nothing.
      const firstErrors = new FirstErrors(harness.store);
      const deps = harness.dependenciesFailingAt('reserve', new Error(text));
      const received = message(encodeOrderPlaced(order), index === 2 ? 5 : index + 1);
      handled = await handleMessage({ ...deps, firstErrors }, received, new AbortController().signal, LOGGER);
      harness.passLease();
    }
    expect(handled).toMatchObject({
      acknowledgement: { kind: 'dead-letter' },
      firstError: 'Error: the first',
      error: new Error('the last'),
    });
    expect(await harness.store.read(order.order_id)).toMatchObject({ first_error: 'Error: the first' });
  });

  test('without a record carries what this process remembers', async () => {
    const firstErrors = new FirstErrors(harness.store);
    const failed = (error: string) => ({
      messageId: 'm1',
      orderId: 'never-claimed',
      error: new Error(error),
    });
    await firstErrors.note(failed('the first'), LOGGER);
    await firstErrors.note(failed('the second'), LOGGER);
    expect(await firstErrors.find(failed('the last'))).toBe('Error: the first');
    expect(await harness.store.read('never-claimed')).toBeUndefined();
  });

  test('that is no order carries its own', async () => {
    const firstErrors = new FirstErrors(harness.store);
    expect(await firstErrors.find({ messageId: 'm2', error: new Error('poison') })).toBe('Error: poison');
  });

  test('is served while the table is not', async () => {
    const down = {
      noteFailedAttempt: () => Promise.reject(new Error('no table')),
      noteFirstError: () => Promise.reject(new Error('down')),
      read: () => Promise.reject(new Error('down')),
    };
    const firstErrors = new FirstErrors(down);
    await firstErrors.note({ messageId: 'm3', orderId: 'o1', error: new Error('the first') }, LOGGER);
    expect(await firstErrors.find({ messageId: 'm3', orderId: 'o1', error: 'x' })).toBe('Error: the first');
  });
});

test.each([
  [new TypeError('no'), 'TypeError: no'],
  ['text', 'text'],
  ['', 'unknown error'],
])('describeError(%j)', (error, text) => {
  expect(describeError(error)).toBe(text);
});
