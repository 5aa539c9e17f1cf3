/** The secrets of the operators' console: that of its client at the issuer, and the generated key of its cookies. */
import * as pulumi from '@pulumi/pulumi';
import * as random from '@pulumi/random';
import type { OperationsConfig } from '../config/types.ts';
import type { OPERATIONS_SECRETS } from '../decide/environment.ts';
import { StoredSecret, type StoredSecretArgs } from './stored-secret.ts';

/** Letters and digits of the key; 32 bytes are the least that the service takes. */
const LENGTH = 48;

/** Stores the secrets of the console; returns nothing where it is off. */
export function createOperationsSecrets(
  operations: OperationsConfig | undefined,
  args: Omit<StoredSecretArgs, 'value'>,
  opts: pulumi.ComponentResourceOptions,
): Partial<Record<(typeof OPERATIONS_SECRETS)[number], StoredSecret>> {
  if (!operations) return {};
  const { clientSecret, sessionGeneration } = operations;
  const key = new random.RandomPassword(
    `session-secret-${sessionGeneration}`,
    { length: LENGTH, special: false },
    opts,
  );
  const store = (name: string, value: pulumi.Input<string>) =>
    new StoredSecret(name, { ...args, value }, opts);
  return {
    OIDC_CLIENT_SECRET: store('oidc-client-secret', pulumi.secret(clientSecret)),
    SESSION_SECRET: store('session-secret', key.result),
  };
}
