/** Environment of the services in a run: short time limits, faulty networks, a clock each, the payment provider. */
import { ORDER_DLQ, ORDER_QUEUE, WEBHOOK_DLQ, WEBHOOK_QUEUE } from '@order-pipeline/contracts/queues';
import { LOOPBACK } from '@order-pipeline/local/emulators';
import { resourceEnvironment } from '@order-pipeline/local/environment';
import type { ServiceName } from '@order-pipeline/local/services';
import { MUTATION_VARIABLE, type MutationName } from './mutations/mutations.js';
import type { ProxyName } from './schedule.js';

/** Ports of the proxies. Both processes of scoring have the same one, on two addresses. */
export type ProxyPorts = Readonly<Record<ProxyName, number>>;

/** Time that a slow payment takes, in milliseconds. */
export const SLOW_PAYMENT_MS = 900;

/**
 * Short time limits in the proportions of the real ones. The margin covers a write that was sent in a lease's last moment
 * (provider 1.4 s, store 1 s) and the difference between two clocks.
 */
export const LIMITS = {
  VISIBILITY_TIMEOUT_SECONDS: '7',
  LEASE_MS: '6000',
  LEASE_MARGIN_MS: '2500',
  STORE_TIMEOUT_MS: '1000',
  GATEWAY_TIMEOUT_MS: '1400',
  // Few, so that orders that fail together do not fill a small machine with their next tries.
  MAX_IN_FLIGHT: '20',
  RECONCILE_INTERVAL_MS: '5000',
  RECONCILE_AGE_MS: '14000',
  RECONCILE_READ_UNITS: '10000',
  POLL_RATE_LIMIT: '1000000/minute',
  LOGIN_RATE_LIMIT: '1000000/minute',
  WEBHOOK_RETRY_SPEED: '100000',
  WEBHOOK_TIMEOUT_MS: '1000',
};

/** A name that resolves to the addresses of both scoring processes. */
const SCORING_NAME = 'scoring.chaos';

/** Credentials of the provider, as secrets that must not show up in a log. */
export const PROVIDER_KEY = 'rk_test_chaosharness';

/** Clocks differ by this much from the machine's at most, in milliseconds. */
export const CLOCK_OFFSET_MAX_MS = 500;

/** Returns the URLs of the queues at a port. The emulator knows one account and looks at a queue's name only. */
export function queueUrlsAt(port: number) {
  const queues = [ORDER_QUEUE, ORDER_DLQ, WEBHOOK_QUEUE, WEBHOOK_DLQ];
  const urls = queues.map(({ name }) => [name, `http://${LOOPBACK}:${port}/000000000000/${name}`]);
  return Object.fromEntries(urls) as Record<string, string>;
}

const CLOCK = 'preload/clock-offset.js';
const ADDRESSES = 'preload/two-addresses.js';
const MUTATIONS = 'chaos/mutations/register.js';

/** Returns the option of Node that loads modules before a program: the built ones, also when this one runs from its source. */
function preload(modules: readonly string[]): string {
  return modules.map((path) => `--import=${new URL(`../../dist/${path}`, import.meta.url)}`).join(' ');
}

/** Options of an environment. */
export interface EnvironmentOptions {
  readonly proxies: ProxyPorts;
  readonly mutation?: MutationName | undefined;
}

/** Returns the settings by which a process reaches everything through the proxies. */
function networkEnvironment({ proxies }: EnvironmentOptions): Record<string, string> {
  const { SQS_QUEUE_URL, SQS_DLQ_URL, WEBHOOK_QUEUE_URL, WEBHOOK_DLQ_URL } = resourceEnvironment(
    queueUrlsAt(proxies.sqs),
    {},
  );
  const scoring = `http://${SCORING_NAME}:${proxies.rpc}`;
  return {
    AWS_ENDPOINT_URL_SQS: `http://${LOOPBACK}:${proxies.sqs}`,
    AWS_ENDPOINT_URL_SNS: `http://${LOOPBACK}:${proxies.sns}`,
    AWS_ENDPOINT_URL_DYNAMODB: `http://${LOOPBACK}:${proxies.dynamodb}`,
    SQS_QUEUE_URL,
    SQS_DLQ_URL,
    WEBHOOK_QUEUE_URL,
    WEBHOOK_DLQ_URL,
    INVENTORY_URL: scoring,
    FRAUD_URL: scoring,
    PAYMENT_URL: scoring,
    TWO_ADDRESSES: SCORING_NAME,
  };
}

/** Returns the settings of an operator's command. */
export function operatorEnvironment(options: EnvironmentOptions): Record<string, string> {
  return { ...networkEnvironment(options), NODE_OPTIONS: preload([ADDRESSES]) };
}

/** Returns the settings of one process of a service. */
export function serviceOverrides(
  service: ServiceName,
  clockOffsetMs: number,
  options: EnvironmentOptions,
): Record<string, string> {
  const { mutation, proxies } = options;
  return {
    ...networkEnvironment(options),
    NODE_OPTIONS: preload([CLOCK, ADDRESSES, ...(mutation ? [MUTATIONS] : [])]),
    CLOCK_OFFSET_MS: String(clockOffsetMs),
    ...(mutation && { [MUTATION_VARIABLE]: mutation }),
    ...(service === 'scoring' && {
      PAYMENT_GATEWAY: 'stripe',
      STRIPE_API_BASE: `http://${LOOPBACK}:${proxies.provider}`,
      STRIPE_API_KEY: PROVIDER_KEY,
      STRIPE_WEBHOOK_SECRET: 'whsec_chaosharness',
    }),
  };
}
