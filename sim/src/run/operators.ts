/** Commands of operators, each in a process of its own. */
import { isFinal } from '@order-pipeline/contracts/orders';
import { draw } from '../kernel/random.js';
import { runOperatorCommand } from '../processes/operator.js';
import { recordsOf } from './records.js';
import type { SimSystem } from './system.js';

/** Runs an operator's work. The run does not end before it does; `crashAfterMs` kills it, in milliseconds. */
export function operate(
  { cloud: { world }, recorder }: SimSystem,
  name: string,
  work: () => Promise<unknown>,
  crashAfterMs?: number,
): void {
  const machine = world.machine(name);
  recorder.openClients += 1;
  let open = true;
  const end = () => {
    if (open) recorder.openClients -= 1;
    open = false;
  };
  const process = world.start(machine, () => {
    work()
      .catch((error: unknown) => world.trace.add(world.now, name, name, `fails: ${String(error)}`))
      .finally(end);
  });
  if (crashAfterMs === undefined) return;
  world.later(crashAfterMs, () => {
    if (!open || machine.process !== process) return;
    world.crash(machine);
    end();
  });
}

/** Sends every dead letter back. */
export function redriveAll({ cloud }: SimSystem): Promise<number> {
  return runOperatorCommand(cloud, ['dlq', 'redrive', '--all', '--rate', '100']);
}

/** Fails an undecided order from its record; without one the dead letter of a client's order. */
export async function failOrder(system: SimSystem, incident: number, client: number): Promise<unknown> {
  const { cloud } = system;
  const undecided = recordsOf(system).filter(({ status }) => !isFinal(status));
  const picked = undecided[Math.floor(draw(cloud.world.seed, `fail/${incident}`) * undecided.length)];
  const why = ['--reason', 'the customer asked for it', '--wait', '0'];
  if (picked) return runOperatorCommand(cloud, ['fail', picked.order_id, ...why]);
  const orderId = orderOf(system, client);
  return orderId === undefined ? undefined : runOperatorCommand(cloud, ['dlq', 'fail', orderId, ...why]);
}

/** Pays a client's order back. A share that is too large by now is refused. */
export async function refund(
  system: SimSystem,
  incident: number,
  client: number,
  share: number | undefined,
): Promise<unknown> {
  const orderId = orderOf(system, client);
  const amount = recordsOf(system).find(({ order_id }) => order_id === orderId)?.amount;
  if (orderId === undefined || amount === undefined) return undefined;
  const part = share === undefined ? [] : ['--amount', String(Math.ceil(amount * share))];
  const why = ['--reason', `the customer returned it (${incident})`];
  return runOperatorCommand(system.cloud, ['refund', orderId, ...part, ...why]);
}

/** Returns the order that the client first saw accepted. */
function orderOf({ recorder }: SimSystem, client: number): string | undefined {
  const post = recorder.posts.find(({ client: by, outcome }) => by === client && outcome.kind === 'accepted');
  return post?.outcome.kind === 'accepted' ? post.outcome.orderId : undefined;
}
