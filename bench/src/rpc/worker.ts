/** One side of one stack, in a process of its own, which reports the CPU time that it has used. */
import { STACKS, type StackName } from './stacks.js';

/** Order from the bench to a worker. */
export type Order =
  | { readonly kind: 'serve'; readonly stack: StackName }
  | { readonly kind: 'connect'; readonly stack: StackName; readonly port: number }
  | { readonly kind: 'run'; readonly calls: number; readonly inFlight: number }
  | { readonly kind: 'cpu' };

let makeCall: (() => Promise<unknown>) | undefined;

/** Executes one order and returns a number: the port, or CPU time so far in microseconds. */
async function obey(order: Order): Promise<number> {
  switch (order.kind) {
    case 'serve':
      return STACKS[order.stack].serve();
    case 'connect':
      makeCall = STACKS[order.stack].connect(order.port);
      return 0;
    case 'run':
      await runCalls(order.calls, order.inFlight);
      return order.calls;
    case 'cpu': {
      const { user, system } = process.cpuUsage();
      return user + system;
    }
  }
}

/** Makes the calls, always `inFlight` at once. */
async function runCalls(calls: number, inFlight: number): Promise<void> {
  if (!makeCall) throw new Error('this worker has no client');
  const once = makeCall;
  let left = calls;
  const lane = async () => {
    while (left > 0) {
      left -= 1;
      await once();
    }
  };
  await Promise.all(Array.from({ length: inFlight }, lane));
}

// The bench is gone: so is the reason to run.
process.on('disconnect', () => process.exit());

process.on('message', async (order: Order) => {
  process.send?.(await obey(order));
});
