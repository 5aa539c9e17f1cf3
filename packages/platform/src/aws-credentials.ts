/** AWS credentials from a file that another process refreshes, such as the agent of Vault's AWS engine. */
import { fromIni } from '@aws-sdk/credential-provider-ini';
import type { AwsCredentialIdentity } from '@smithy/types';

/** The SDK asks again this long before credentials expire, in milliseconds. */
const SDK_MARGIN_MS = 300_000;

/** Options of `createFileCredentials`. */
export interface FileCredentialsOptions {
  /** Interval between two reads of the file, in milliseconds. Default one minute. */
  readonly refreshMs?: number;
  /** The SDK's clock. Default the system's. */
  readonly now?: () => number;
}

/**
 * Returns a provider that reads the profile `default` of a shared credentials file again from time to time. The SDK's own
 * provider reads the file once, so that a process would continue with credentials that have expired. A file that cannot be used
 * leaves the credentials before it in place; the first read rejects.
 *
 * @example new SQSClient({ credentials: createFileCredentials('/run/secrets/aws-credentials') })
 */
export function createFileCredentials(
  path: string,
  { refreshMs = 60_000, now = Date.now }: FileCredentialsOptions = {},
): () => Promise<AwsCredentialIdentity> {
  let latest: AwsCredentialIdentity | undefined;
  return async () => {
    try {
      latest = await fromIni({
        profile: 'default',
        filepath: path,
        configFilepath: path,
        ignoreCache: true,
      })();
    } catch (error) {
      if (!latest) throw error;
    }
    return { ...latest, expiration: new Date(now() + SDK_MARGIN_MS + refreshMs) };
  };
}
