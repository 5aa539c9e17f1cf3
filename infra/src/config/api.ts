/** The settings of order-api: authentication, quotas and origins. */
import { parseOrigins, parseRate } from '@order-pipeline/contracts/settings';
import { type Draft, type EnvReader, type Invalid, orUndefined } from '@order-pipeline/platform/env';
import { z } from 'zod';
import { readList } from './keys.ts';
import type { AuthConfig } from './types.ts';

/** Settings of the OpenID issuer, which mean nothing while passwords are used. */
const OIDC_KEYS = ['oidcIssuer', 'oidcAudience'] as const;

/** Reads the authentication settings. */
export function readAuth(reader: EnvReader): Exclude<Draft<AuthConfig>, Invalid> {
  const mode = reader.choice('authMode', ['password', 'oidc'], 'password');
  if (mode === 'oidc') {
    return {
      mode,
      issuer: reader.url('oidcIssuer', ['https:'], 'https://login.example.com'),
      audience: reader.text('oidcAudience', 'set the audience that tokens must name'),
    };
  }
  for (const key of OIDC_KEYS) {
    if (reader.textOr(key, '') !== '') {
      reader.report(key, 'is set, but authMode is password', 'set authMode to oidc, or remove it');
    }
  }
  return { mode: 'password' };
}

/** Reads the quota of one user, in the form that order-api reads it. */
export function readRateLimit(reader: EnvReader): string | Invalid {
  const schema = z
    .string()
    .refine((text) => parseRate(text) !== undefined, {
      error: 'not a count per second, minute, hour or day',
    })
    .default('100/minute');
  return reader.read('rateLimit', schema, 'set a rate such as 100/minute');
}

/** Reads the origins whose pages may call the API, in the form that order-api reads them. */
export function readCorsOrigins(reader: EnvReader): string[] | Invalid {
  const origins = reader.read('corsOrigins', readList(z.string()), 'set a list of origins');
  const { invalid } = parseOrigins(orUndefined(origins)?.join(',') ?? '');
  for (const origin of invalid) {
    reader.report(
      'corsOrigins',
      `holds ${origin}, which is not an origin`,
      'set origins such as https://shop.example.com, without a path, separated by commas',
    );
  }
  return origins;
}
