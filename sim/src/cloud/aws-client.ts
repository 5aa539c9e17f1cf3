/** The retries of an AWS SDK client around the tries that the network makes. */

import type { DateObserver } from '@order-pipeline/platform/skew/date-observer';
import { createRandom } from '../kernel/random.js';
import { EPOCH_MS, type World } from '../kernel/world.js';

/** Options of a client's retries. */
export interface AwsClientOptions {
  /** Tries of one call, the first included. */
  readonly maxAttempts: number;
  /** Time limit of one try, in milliseconds. */
  readonly requestTimeoutMs: number;
  /** Gets the dates of all responses. */
  readonly dates?: DateObserver;
}

/** An error as the SDK throws it. */
export function awsError(name: string, status: number | undefined, message: string): Error {
  const error = Object.assign(new Error(message), {
    $fault: status !== undefined && status < 500 ? 'client' : 'server',
    $metadata: { ...(status !== undefined && { httpStatusCode: status }), attempts: 1 },
  });
  error.name = name;
  return error;
}

/** Runs one try whose server stamps its response with the true time, in whole seconds as a `Date` header has it. */
export async function withDates<T>(
  world: World,
  dates: DateObserver | undefined,
  attempt: (stamp: () => void) => Promise<T>,
): Promise<T> {
  let dateMs: number | undefined;
  const sentAtMs = dates?.clock() ?? 0;
  const stamp = () => {
    dateMs = Math.floor((EPOCH_MS + world.now) / 1_000) * 1_000;
  };
  try {
    return await attempt(stamp);
  } finally {
    if (dates && dateMs !== undefined) dates.onResponse({ sentAtMs, receivedAtMs: dates.clock(), dateMs });
  }
}

const RETRIED: ReadonlySet<string> = new Set([
  'TimeoutError',
  'InternalServerError',
  'InternalFailure',
  'ServiceUnavailable',
  'ThrottlingException',
  'RequestThrottled',
  'ProvisionedThroughputExceededException',
]);

/** The SDK's longest pause before the next try, in milliseconds; it doubles with each. */
const PAUSE_MS = 100;

/** Makes tries until one succeeds, fails for good, or was the last. */
export async function withAwsRetries<T>(
  world: World,
  { maxAttempts }: AwsClientOptions,
  name: string,
  signal: AbortSignal | undefined,
  attempt: () => Promise<T>,
): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (tries >= maxAttempts || signal?.aborted || !RETRIED.has((error as Error).name)) throw error;
      const random = createRandom(world.seed, `${name}/${world.nth(`pause/${name}`)}`);
      const pauseMs = random() * PAUSE_MS * 2 ** (tries - 1);
      await new Promise<void>((resolve) => {
        world.after(pauseMs, resolve);
      });
    }
  }
}
