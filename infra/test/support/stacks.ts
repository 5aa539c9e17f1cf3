/** The graphs of the three stacks, each captured once for a test file. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { capture, ROOT } from './capture.ts';
import type { Graph } from './graph.ts';

/** The stacks that the repository configures. */
export const STACKS = ['dev', 'prod', 'local'] as const;
export type StackName = (typeof STACKS)[number];

/** Values with which a stack has the operators' console. */
const OPERATIONS_VALUES = {
  'order-pipeline:operations': 'on',
  'order-pipeline:operationsDomainName': 'operations.acme.shop',
  'order-pipeline:operationsIssuer': 'https://login.acme.shop/realms/staff',
  'order-pipeline:operationsClientId': 'order-operations',
  'order-pipeline:operationsClientSecret': 'a-secret-of-the-client',
  'order-pipeline:operationsRolesClaim': 'realm_access.roles',
} as const;

/** Values that an operator sets first when deploying prod, since the template's own values are rejected; and the console. */
export const PROD_VALUES = {
  'order-pipeline:domainName': 'orders.acme.shop',
  'order-pipeline:hostedZoneId': 'Z0123456789ACME',
  'order-pipeline:alarmEmail': 'operations@acme.shop',
  'order-pipeline:stripeApiKey': 'rk_live_0123456789abcdef',
  'order-pipeline:stripeWebhookSecret': 'whsec_0123456789abcdef',
  ...OPERATIONS_VALUES,
} as const;

/** Settings that a test sets in a stack, over its file. */
export function settingsOf(stack: StackName): Readonly<Record<string, string>> {
  return stack === 'prod' ? PROD_VALUES : {};
}

/** Filled by `captureStacks` before the first test. */
export type Graphs = Record<StackName, Graph>;

/** Runs the program for every stack. */
export async function captureStacks(): Promise<Graphs> {
  assertBuilt();
  const graphs = await Promise.all(STACKS.map((stack) => capture({ stack, config: settingsOf(stack) })));
  return Object.fromEntries(STACKS.map((stack, index) => [stack, graphs[index]])) as Graphs;
}

/** Pulumi's loader reads the built packages. `npm test` builds them; a bare jest may find none. */
export function assertBuilt(): void {
  for (const built of ['packages/contracts/dist/queues.js', 'packages/platform/dist/env.js']) {
    if (!existsSync(join(ROOT, built))) throw new Error(`${built} is missing: npm run build`);
  }
}
