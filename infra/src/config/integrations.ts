/** The settings of components that use the Internet: the payment provider and webhooks. */
import { type Draft, type EnvReader, type Invalid, isValid, type Stage } from '@order-pipeline/platform/env';
import { z } from 'zod';
import { PAYMENT_GATEWAYS } from '../decide/features.ts';
import { readList, readSwitch } from './keys.ts';
import type { ComputeConfig, PaymentConfig } from './types.ts';

/** Settings of Stripe, which mean nothing while payments are simulated. */
const STRIPE_KEYS = ['stripeApiKey', 'stripeWebhookSecret'] as const;

/** Reads the payment provider. In prod it is Stripe unless the stack says that payments are simulated. */
export function readPayment(
  reader: EnvReader,
  stage: Stage | Invalid,
): Exclude<Draft<PaymentConfig>, Invalid> {
  const gateway = reader.choice(
    'paymentGateway',
    PAYMENT_GATEWAYS,
    stage === 'prod' ? 'stripe' : 'simulated',
  );
  if (gateway === 'stripe') {
    return {
      gateway,
      // The errors do not repeat the value, which is a secret.
      apiKey: reader.read(
        'stripeApiKey',
        z
          .string()
          .regex(/^rk_(test|live)_\w+$/, { error: 'not a restricted key (rk_live_... or rk_test_...)' }),
        'pulumi config set --secret stripeApiKey, or set paymentGateway to simulated',
      ),
      webhookSecret: reader.read(
        'stripeWebhookSecret',
        z.string().regex(/^whsec_[\w+/=-]+$/, { error: 'not a signing secret (whsec_...)' }),
        'pulumi config set --secret stripeWebhookSecret, with the secret of the endpoint /webhooks/stripe at Stripe',
      ),
    };
  }
  for (const key of STRIPE_KEYS) {
    if (reader.isSet(key))
      reader.report(
        key,
        'is set, but paymentGateway is simulated',
        'set paymentGateway to stripe, or remove it',
      );
  }
  return { gateway: 'simulated' };
}

/** Reads whether webhooks are delivered, and who may receive the events of all orders. */
export function readWebhooks(
  reader: EnvReader,
  stage: Stage | Invalid,
): { webhooks: boolean; webhookAllOrdersUsers: Draft<ComputeConfig['webhookAllOrdersUsers']> } {
  const webhooks = readSwitch(reader, 'webhooks', stage === 'prod');
  const schema = readList(z.string().regex(/^(\*|[\w.@+:|-]{1,128})$/, { error: 'not a list of users' }));
  const users = reader.read('webhookAllOrdersUsers', schema, 'set user ids, separated by commas');
  if (!webhooks && isValid(users) && users.length > 0)
    reader.report('webhookAllOrdersUsers', 'is set, but webhooks is off', 'set webhooks to on, or remove it');
  return { webhooks, webhookAllOrdersUsers: users };
}

/** Percent of traces that are kept by default besides errors and slow ones. */
const TRACES_SHARE = 10;

/** Reads whether spans are collected, and where the collector is. */
export function readTracing(reader: EnvReader): Draft<ComputeConfig['tracing']> {
  const tracing = readSwitch(reader, 'tracing', false);
  const share = reader.integer('tracesShare', TRACES_SHARE, 0, 100);
  const collector = reader.choice('tracesCollector', ['sidecar', 'node'], 'sidecar');
  for (const key of ['tracesShare', 'tracesCollector'])
    if (!tracing && reader.isSet(key))
      reader.report(key, 'is set, but tracing is off', 'set tracing to on, or remove it');
  if (tracing && collector === 'node' && reader.isSet('tracesShare'))
    reader.report(
      'tracesShare',
      'is set, but the collectors of the cluster decide what they keep',
      'set tracesCollector to sidecar, or remove it',
    );
  return tracing ? { share, collector } : undefined;
}

/** Callers of hosts on the Internet. */
export interface InternetUsers {
  readonly oidc: boolean;
  readonly stripe: boolean;
  readonly webhooks: boolean;
  readonly operations: boolean;
}

/** Reports components that need the Internet in a network without access to it. Clusters that exist have networks of their own. */
export function checkWayOut(
  reader: EnvReader,
  natGateways: ComputeConfig['natGateways'] | Invalid,
  stage: Stage | Invalid,
  { oidc, stripe, webhooks, operations }: InternetUsers,
): void {
  if (reader.textOr('platform', 'ecs') === 'none') return;
  const report = (problem: string, remedy: string) => reader.report('natGateways', problem, remedy);
  if (natGateways === 'none') {
    if (oidc) report("is none, but order-api fetches the issuer's keys", 'set it to single or perZone');
    if (stripe) report('is none, but scoring calls Stripe', 'set it to single or perZone');
    if (webhooks)
      report(
        'is none, but webhooks are delivered to the Internet',
        'set it to single or perZone, or webhooks to off',
      );
    if (operations)
      report(
        'is none, but the console of operators calls the OpenID issuer',
        'set it to single or perZone, or operations to off',
      );
  }
  if (stage === 'prod' && stripe && natGateways === 'single')
    report(
      'is single, but payments go through it: the loss of its zone would stop them',
      'set it to perZone',
    );
}
