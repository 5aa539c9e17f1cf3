/** Settings of each rehearsed stack: those of its file, with the values that an operator fills in first. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { IMAGE_NAMES } from '../src/decide/services.ts';

/** The stacks that can be rehearsed. */
export const STACK_NAMES = ['local', 'dev', 'prod'] as const;
export type StackName = (typeof STACK_NAMES)[number];

/** Parts of the system that a rehearsal can turn on: `--with operations,tracing`. */
export type Extra = 'operations' | 'tracing';

/** Settings of the parts. */
const EXTRAS: Readonly<Record<Extra, (stack: StackName, zoneId: string) => Record<string, string>>> = {
  operations: (stack, zoneId) => ({
    // The console needs HTTPS and a way to its issuer, which dev does without.
    ...(stack === 'dev' && {
      domainName: 'orders.dev.acme.shop',
      hostedZoneId: zoneId,
      natGateways: 'single',
    }),
    operations: 'on',
    operationsDomainName: `operations.${stack}.acme.shop`,
    operationsIssuer: 'https://login.acme.shop',
    operationsClientId: 'order-operations',
    operationsClientSecret: 'a-secret-of-the-client',
    operationsRolesClaim: 'realm_access.roles',
  }),
  tracing: () => ({ tracing: 'on' }),
};

/** Returns the parts that the arguments ask for. @throws {Error} for an unknown one */
export function parseExtras(args: readonly string[]): Extra[] {
  const at = args.indexOf('--with');
  const names = at < 0 ? [] : (args[at + 1] ?? '').split(',');
  const unknown = names.filter((name) => !Object.keys(EXTRAS).includes(name));
  if (unknown.length > 0)
    throw new Error(`--with knows ${Object.keys(EXTRAS).join(' and ')}, not ${unknown.join(', ')}`);
  return names as Extra[];
}

/** Images by digest: there is no container engine here, and the services run from their build. */
export function toDigests(seed: string): string {
  const digest = (name: string) => `sha256:${createHash('sha256').update(`${seed} ${name}`).digest('hex')}`;
  return JSON.stringify(Object.fromEntries(IMAGE_NAMES.map((name) => [name, digest(name)])));
}

/** Reads a stack's file and adds the settings that a rehearsal needs. */
export function readSettings(
  root: string,
  stack: StackName,
  zoneId: string,
  endpoint: string,
  extras: readonly Extra[] = [],
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
    ...Object.fromEntries(
      extras.flatMap((extra) =>
        Object.entries(EXTRAS[extra](stack, zoneId)).map(([name, value]) => [key(name), value]),
      ),
    ),
  };
}
