/** Generated secrets: random values that live in Secrets Manager and, encrypted, in the stack's state. Nowhere else. */
import * as pulumi from '@pulumi/pulumi';
import * as random from '@pulumi/random';
import { StoredSecret } from './stored-secret.ts';

/** Arguments of the secrets. */
export interface SecretsArgs {
  /** Prefix of the names in AWS. */
  readonly prefix: string;
  /** Days in which a deleted secret can be brought back; 0 deletes at once. */
  readonly recoveryDays: number;
  readonly signingKeyGeneration: number;
  readonly jwtSecretGeneration: number;
}

/** Letters and digits: key rings separate by `:` and `,`, and a Redis URL by `@`. */
const LENGTH = 48;

/** Generated secrets. */
export class Secrets extends pulumi.ComponentResource {
  /** Password of the cache. */
  readonly cacheToken: pulumi.Output<string>;
  readonly jwtSecret: StoredSecret;
  readonly urlSigningKeys: StoredSecret;

  constructor(name: string, args: SecretsArgs, opts?: pulumi.ComponentResourceOptions) {
    super('order-pipeline:infra:Secrets', name, {}, opts);
    const { prefix, recoveryDays, jwtSecretGeneration, signingKeyGeneration } = args;
    const child = { parent: this };
    this.cacheToken = this.#generate('cache-token');
    this.jwtSecret = new StoredSecret(
      'jwt-secret',
      { prefix, recoveryDays, value: this.#createKeys('jwt-secret', jwtSecretGeneration) },
      child,
    );
    this.urlSigningKeys = new StoredSecret(
      'url-signing-keys',
      { prefix, recoveryDays, value: this.#createKeys('url-signing-key', signingKeyGeneration) },
      child,
    );
    this.registerOutputs({});
  }

  /** `k2:…,k1:…`: the newest signs, and signatures of the one before stay valid. */
  #createKeys(name: string, newest: number): pulumi.Output<string> {
    const generations = newest > 1 ? [newest, newest - 1] : [newest];
    const keys = generations.map((generation) =>
      this.#generate(`${name}-${generation}`).apply((value) => `k${generation}:${value}`),
    );
    return pulumi.all(keys).apply((pairs) => pairs.join(','));
  }

  #generate(name: string): pulumi.Output<string> {
    return new random.RandomPassword(name, { length: LENGTH, special: false }, { parent: this }).result;
  }
}
