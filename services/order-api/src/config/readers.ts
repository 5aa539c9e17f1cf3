/** Settings of the API's own kinds: secrets, quotas, origins. Each reports what is wrong and how to mend it. */
import { parseOrigins } from '@order-pipeline/contracts/settings';
import type { EnvReader, Stage } from '@order-pipeline/platform/env';
import { z } from 'zod';
import { type KeyRing, parseKeyRing } from '../keys.js';
import { parseQuota, type QuotaPolicy } from '../limits/policy.js';

/** RFC 2104 advises keys at least as long as the hash, which is 32 bytes for SHA-256. */
export const MIN_SECRET_BYTES = 32;

const SECRET_REMEDY = `set it to id:secret, or id:secret,id:secret while rotating, with secrets of at least ${MIN_SECRET_BYTES} bytes such as openssl rand -hex 32 prints`;

/**
 * A key ring. In `local` it defaults to `wellKnown`, a published secret that proves nothing; elsewhere it must be set,
 * and to long secrets of the deployment's own.
 */
export function readKeys(env: EnvReader, stage: Stage, variable: string, wellKnown: string): KeyRing {
  const text = z.string();
  const schema = (stage === 'local' ? text.default(wellKnown) : text).transform((value, context) => {
    const keys = parseKeyRing(value);
    if (keys) return keys;
    context.addIssue({ code: 'custom', message: 'neither a secret nor a list of id:secret' });
    return z.NEVER;
  });
  const keys = env.read<KeyRing>(variable, schema, SECRET_REMEDY);
  if (stage !== 'local' && keys) reportWeakKeys(env, variable, keys, wellKnown);
  return keys;
}

function reportWeakKeys(env: EnvReader, variable: string, keys: KeyRing, wellKnown: string): void {
  const published = parseKeyRing(wellKnown)?.map(({ secret }) => secret) ?? [];
  for (const { id, secret } of keys) {
    if (published.includes(secret))
      env.report(variable, `holds the published local secret (key ${id})`, SECRET_REMEDY);
    if (Buffer.byteLength(secret) < MIN_SECRET_BYTES)
      env.report(variable, `holds a secret under ${MIN_SECRET_BYTES} bytes (key ${id})`, SECRET_REMEDY);
  }
}

/** A quota; `name` is what its header fields call it. */
export function readQuota(env: EnvReader, variable: string, name: string, fallback: string): QuotaPolicy {
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
export function readOrigins(env: EnvReader, variable: string): readonly string[] {
  const { origins, invalid } = parseOrigins(env.textOr(variable, ''));
  for (const origin of invalid) {
    env.report(
      variable,
      `holds ${origin}, which is not an origin`,
      'list origins such as https://shop.example.com, separated by commas',
    );
  }
  return origins;
}
