/** Commands of operators, each in a process of its own. */
import { isFinal } from '@order-pipeline/contracts/orders';
import { draw } from '../kernel/random.js';
import type { Incident } from '../plan/plan.js';
import { runCancellation, runOperatorCommand } from '../processes/operator.js';
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
  const undecided = pickUndecided(system, `fail/${incident}`);
  const why = ['--reason', 'the customer asked for it', '--wait', '0'];
  if (undecided) return runOperatorCommand(system.cloud, ['fail', undecided, ...why]);
  const orderId = orderOf(system, client);
  return orderId === undefined
    ? undefined
    : runOperatorCommand(system.cloud, ['dlq', 'fail', orderId, ...why]);
}

/** Cancels an undecided order, or a client's, which may have no record yet. */
export async function cancelOrder(system: SimSystem, incident: number, client: number): Promise<unknown> {
  const orderId = pickUndecided(system, `cancel/${incident}`) ?? orderOf(system, client);
  return orderId === undefined ? undefined : runCancellation(system.cloud, orderId);
}

/** Resumes an undecided order, or a client's. */
export async function resumeOrder(system: SimSystem, incident: number, client: number): Promise<unknown> {
  const orderId = pickUndecided(system, `resume/${incident}`) ?? orderOf(system, client);
  return orderId === undefined ? undefined : runOperatorCommand(system.cloud, ['resume', orderId]);
}

/** Charges a completed order whose capture failed, or writes it off. Terminals decide each for itself. */
export async function chargeFailed(system: SimSystem, incident: number, terminal: number): Promise<unknown> {
  const { cloud } = system;
  const failed = recordsOf(system).filter(({ payment_problem }) => payment_problem === 'CAPTURE_FAILED');
  const picked = pickBy(system, `charge/${incident}`, failed);
  if (!picked) return undefined;
  const reauthorizes = draw(cloud.world.seed, `charge/${incident}/${terminal}`) < 0.6;
  return runOperatorCommand(cloud, chargeArgs(picked.order_id, reauthorizes));
}

/** Arguments of the command that charges an order again, or writes it off. */
export function chargeArgs(orderId: string, reauthorizes: boolean): string[] {
  return reauthorizes
    ? ['payment', 'reauthorize', orderId]
    : ['payment', 'write-off', orderId, '--reason', 'the customer is gone'];
}

/** An operator's refund. */
export type RefundIncident = Incident & { readonly kind: 'refund' };

/** Returns the id of an incident's refund. */
export function refundIdOf({ id }: RefundIncident): string {
  return `refund-${id}`;
}

/** Refunds a client's order. A share that is too large by now is refused. Returns the exit code of the command. */
export async function refund(system: SimSystem, incident: RefundIncident): Promise<number | undefined> {
  const { client, share, restock } = incident;
  const orderId = orderOf(system, client);
  const amount = recordsOf(system).find(({ order_id }) => order_id === orderId)?.amount;
  if (orderId === undefined || amount === undefined) return undefined;
  const part = share === undefined ? [] : ['--amount', String(Math.ceil(amount * share))];
  const options = ['--reason', 'the customer returned it', '--refund-id', refundIdOf(incident)];
  return runOperatorCommand(system.cloud, [
    'refund',
    orderId,
    ...part,
    ...options,
    ...(restock ? ['--restock'] : []),
  ]);
}

function pickUndecided(system: SimSystem, name: string): string | undefined {
  const undecided = recordsOf(system).filter(({ status }) => !isFinal(status));
  return pickBy(system, name, undecided)?.order_id;
}

function pickBy<T>({ cloud }: SimSystem, name: string, list: readonly T[]): T | undefined {
  return list[Math.floor(draw(cloud.world.seed, name) * list.length)];
}

/** Returns the order that the client first saw accepted. */
function orderOf({ recorder }: SimSystem, client: number): string | undefined {
  const post = recorder.posts.find(({ client: by, outcome }) => by === client && outcome.kind === 'accepted');
  return post?.outcome.kind === 'accepted' ? post.outcome.orderId : undefined;
}
