/** The simulated RPC carries what gRPC carries. */
import { Code, ConnectError, createClient, type ServiceImpl } from '@connectrpc/connect';
import { expect, test } from '@jest/globals';
import { PaymentService } from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import { createOutageError, outageOf } from '@order-pipeline/platform/rpc/outage';
import { rpcService } from '@order-pipeline/platform/rpc/service';
import { FaultInjector } from '../src/cloud/fault-injector.js';
import { Network } from '../src/cloud/network.js';
import { RpcNetwork } from '../src/cloud/rpc.js';
import { Trace } from '../src/kernel/trace.js';
import { World } from '../src/kernel/world.js';
import { createSimLogger } from '../src/processes/logger.js';

test('an error reaches the caller with its code, its message and its metadata', async () => {
  const world = new World({ seed: 1, trace: new Trace(false) });
  const rpc = new RpcNetwork(world, new Network(world, new FaultInjector(world, { windows: [] })));
  world.start(world.machine('payment'), () => {
    const authorize = () => Promise.reject(createOutageError('The provider is down', 'payment-provider'));
    rpc.serve(
      'payment',
      [rpcService(PaymentService, { authorize } as unknown as ServiceImpl<typeof PaymentService>)],
      createSimLogger(world),
    );
  });
  let caught: unknown;
  world.start(world.machine('caller'), () => {
    createClient(PaymentService, rpc.transport('payment'))
      .authorize({ orderId: 'o-1' })
      .catch((error: unknown) => {
        caught = error;
      });
  });
  await world.run(1_000);
  expect(caught).toBeInstanceOf(ConnectError);
  expect(caught).toMatchObject({
    code: Code.Unavailable,
    rawMessage: 'The provider is down',
    isWireError: true,
  });
  expect(outageOf(caught)).toBe('payment-provider');
});
