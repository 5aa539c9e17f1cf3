/** Settings of the API's own kinds: secrets, quotas, origins. Each reports its problem and the remedy. */
import { parseOrigins } from '@order-pipeline/contracts/settings';
import { type EnvReader, type Invalid, isValid } from '@order-pipeline/platform/env';
import type { Secret, SecretParse } from '@order-pipeline/platform/secret';
import { z } from 'zod';
import { type KeyRing, parseKeyRing } from '../keys.js';
import { parseQuota, type QuotaPolicy } from '../limits/policy.js';

/** RFC 2104 advises keys at least as long as the hash, which is 32 bytes for SHA-256. */
const MIN_SECRET_BYTES = 32;

const SECRET_REMEDY = `set it to id:secret, or id:secret,id:secret while rotating, with secrets of at least ${MIN_SECRET_BYTES} bytes such as openssl rand -hex 32 prints`;

/**
 * Reads a key ring, from the variable or from a file. In `local` it defaults to `wellKnown`, a published secret that proves
 * nothing; elsewhere it must be set, and to long secrets of the deployment's own.
 */
export function readKeys(
  env: EnvReader,
  local: boolean,
  variable: string,
  wellKnown: string,
): Secret<KeyRing> | Invalid {
  return env.secret(variable, {
    parse: (text) => parseKeys(text, local ? undefined : wellKnown),
    remedy: SECRET_REMEDY,
    fallback: local ? wellKnown : undefined,
  });
}

/** Parses a key ring. Where `published` is given, its secrets and short ones are refused. */
function parseKeys(text: string, published: string | undefined): SecretParse<KeyRing> {
  const keys = parseKeyRing(text);
  if (!keys) return { problems: ['is neither a secret nor a list of id:secret'] };
  const problems = published === undefined ? [] : findWeakKeys(keys, published);
  return problems.length > 0 ? { problems } : { value: keys };
}

function findWeakKeys(keys: KeyRing, published: string): string[] {
  const known = parseKeyRing(published)?.map(({ secret }) => secret) ?? [];
  return keys.flatMap(({ id, secret }) => [
    ...(known.includes(secret) ? [`holds the published local secret (key ${id})`] : []),
    ...(Buffer.byteLength(secret) < MIN_SECRET_BYTES
      ? [`holds a secret under ${MIN_SECRET_BYTES} bytes (key ${id})`]
      : []),
  ]);
}

/** A quota; `name` is what its header fields call it. */
export function readQuota(
  env: EnvReader,
  variable: string,
  name: string,
  fallback: string,
): QuotaPolicy | Invalid {
  const schema = z
    .string()
    .default(fallback)
    .transform((value, context) => {
      const quota = parseQuota(name, value);
      if (quota) return quota;
      context.addIssue({ code: 'custom', message: 'not a count per second, minute, hour or day' });
      return z.NEVER;
    });
  return env.read<QuotaPolicy>(variable, schema, `set a quota such as ${fallback}`);
}

/** Reads a list of web origins, empty by default. */
export function readOrigins(env: EnvReader, variable: string): readonly string[] | Invalid {
  const text = env.textOr(variable, '');
  if (!isValid(text)) return text;
  const { origins, invalid } = parseOrigins(text);
  for (const origin of invalid) {
    env.report(
      variable,
      `holds ${origin}, which is not an origin`,
      'list origins such as https://shop.example.com, separated by commas',
    );
  }
  return origins;
}
