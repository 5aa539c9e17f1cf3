/** Forwards order events of the local stack to a URL, signed as webhooks are. */
import { parseOrderEvent } from '@order-pipeline/contracts/order-events';
import type { Sender } from '../deliver/send.js';
import { signDelivery } from '../deliver/sign.js';
import type { Subscription } from './subscription.js';

/** Dependencies and options of `listen`. */
export interface ListenDeps {
  readonly subscription: Pick<Subscription, 'receive'>;
  readonly sender: Pick<Sender, 'post'>;
  readonly forwardTo: string;
  readonly secret: string;
  /** Types that are forwarded; empty for all. */
  readonly types: readonly string[];
  /** Prints one line for each event. */
  readonly print: (line: string) => void;
  /** Returns the time in epoch milliseconds. */
  readonly clock: () => number;
}

/** Forwards events until `signal` aborts. An event is sent once: a receiver that is down misses it. */
export async function listen(deps: ListenDeps, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    let bodies: readonly string[] = [];
    try {
      bodies = await deps.subscription.receive(signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    for (const body of bodies) await forward(deps, body);
  }
}

async function forward(deps: ListenDeps, body: string): Promise<void> {
  const { sender, forwardTo, secret, types, print, clock } = deps;
  const event = parseOrderEvent(body);
  if (types.length > 0 && !types.includes(event.type)) return;
  const startedAt = clock();
  const headers = {
    'content-type': 'application/cloudevents+json',
    ...signDelivery(event.id, body, [{ secret }], startedAt),
  };
  let result: string;
  try {
    result = String((await sender.post(forwardTo, headers, body)).status);
  } catch (error) {
    result = error instanceof Error ? error.message : String(error);
  }
  const time = new Date(startedAt).toISOString();
  print(`${time}  ${event.type.padEnd(15)}  ${event.subject}  ->  ${result} (${clock() - startedAt} ms)`);
}
