/** Log lines that are written while a message is handled name the order. */
import { expect, test } from '@jest/globals';
import { encodeDeliverMessage, streamIdOf } from '@order-pipeline/contracts/webhooks';
import { createWork, currentFields, runWork } from '@order-pipeline/platform/work';
import { handleMessage } from '../src/queue/handle-message.js';
import { createEvent } from './fixtures.js';

type Deps = Parameters<typeof handleMessage>[0];

/** Dependencies that note the fields of the work, and do nothing. */
function createDeps() {
  const seen: object[] = [];
  const deps = {
    limiter: {
      acquire: async () => {
        seen.push(currentFields());
        return undefined;
      },
    },
    random: () => 0,
    directory: {
      enabled: async () => {
        seen.push(currentFields());
        return [];
      },
    },
  };
  return { seen, deps: deps as unknown as Deps };
}

test('of a delivery that is due', async () => {
  const { seen, deps } = createDeps();
  const body = encodeDeliverMessage(streamIdOf('endpoint-1', 'order-1'));
  expect(await runWork(createWork({}), () => handleMessage(deps, body))).toMatchObject({ kind: 'defer' });
  expect(seen).toEqual([{ order_id: 'order-1' }]);
});

test('of an event', async () => {
  const { seen, deps } = createDeps();
  const event = createEvent('order-2', 'completed', 'owner');
  const handle = () => handleMessage(deps, JSON.stringify(event));
  expect(await runWork(createWork({}), handle)).toEqual({ kind: 'delete' });
  expect(seen).toEqual([{ order_id: 'order-2' }]);
});
