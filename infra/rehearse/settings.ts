/** Settings of each rehearsed stack: those of its file, with the values that an operator fills in first. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { IMAGE_NAMES } from '../src/decide/services.ts';

/** The stacks that can be rehearsed. */
export const STACK_NAMES = ['local', 'dev', 'prod'] as const;
export type StackName = (typeof STACK_NAMES)[number];

/** Images by digest: there is no container engine here, and the services run from their build. */
export function toDigests(seed: string): string {
  const digest = (name: string) => `sha256:${createHash('sha256').update(`${seed} ${name}`).digest('hex')}`;
  return JSON.stringify(Object.fromEntries(IMAGE_NAMES.map((name) => [name, digest(name)])));
}

/** Reads a stack's file and sets in it what is missing for a rehearsal. */
export function readSettings(
  root: string,
  stack: StackName,
  zoneId: string,
  endpoint: string,
): Record<string, unknown> {
  const { config } = parse(readFileSync(join(root, `Pulumi.${stack}.yaml`), 'utf8')) as {
    config: Record<string, unknown>;
  };
  const key = (name: string) => `order-pipeline:${name}`;
  const emulator = { sqs: endpoint, dynamodb: endpoint, secretsmanager: endpoint, sts: endpoint };
  if (stack === 'local') return { ...config, 'aws:endpoints': [emulator] };
  return {
    ...config,
    [key('imageDigests')]: toDigests('first'),
    ...(stack === 'prod' && {
      [key('domainName')]: 'orders.acme.shop',
      [key('hostedZoneId')]: zoneId,
      [key('alarmEmail')]: 'operations@acme.shop',
      // Stripe needs the Internet; the orders of a rehearsal use the simulated gateway.
      [key('paymentGateway')]: 'simulated',
    }),
  };
}
