/** The floor's scoring process: the RPCs of an order, each of which makes its recorded AWS calls and nothing else. */
import { type handleUnaryCall, Server, ServerCredentials } from '@grpc/grpc-js';
import type { AwsCall } from '../../harness/aws-meter.js';
import { createSdkRepeater } from './aws.js';
import { type OrderCalls, shiftOf } from './calls.js';
import { loadServices } from './rpc.js';

const recorded = JSON.parse(process.env.FLOOR_CALLS ?? '') as Readonly<Record<string, OrderCalls>>;
const repeater = createSdkRepeater();

/**
 * Handles a call. The order's number of lines selects the recording to repeat; calls without lines carry it in
 * `x-lines`.
 */
function handle(
  pick: (calls: OrderCalls) => readonly AwsCall[],
  response: object,
): handleUnaryCall<{ order_id: string }, object> {
  return (call, callback) => {
    const calls = recorded[String(call.metadata.get('x-lines')[0])];
    if (!calls) return callback(new Error('no recording'));
    const { order_id: id } = call.request;
    repeater.repeat(pick(calls), calls.orderId, { id, shift: shiftOf(id) }).then(
      () => callback(null, response),
      (error) => callback(error),
    );
  };
}

const services = loadServices();
const server = new Server();
const holds = [{ sku: 'BENCH-000', shard: 0, token: 'AAAAAAAA', quantity: 1 }];
const payment = {
  order_id: 'an-order',
  state: 1,
  amount: '1250',
  currency: 'USD',
  gateway_reference: 'sim_1',
};
server.addService(services.inventory.service, {
  Reserve: handle(({ reserve }) => reserve, { outcome: 1, total: '1250', holds }),
  Confirm: handle(({ confirm }) => confirm, { confirmed_lines: 1 }),
});
server.addService(services.fraud.service, { Score: handle(() => [], { score: 0.1, decision: 1 }) });
server.addService(services.payment.service, {
  Authorize: handle(({ authorize }) => authorize, { payment }),
  Capture: handle(({ capture }) => capture, { payment }),
});
server.bindAsync(`127.0.0.1:${process.env.GRPC_PORT}`, ServerCredentials.createInsecure(), (error) => {
  if (error) throw error;
});
process.once('SIGTERM', () => process.exit(0));
