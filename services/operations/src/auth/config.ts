/** Settings of the login by OpenID Connect. */
import { type Draft, type EnvReader, type Invalid, isValid, type Stage } from '@order-pipeline/platform/env';
import type { Secret, SecretParse } from '@order-pipeline/platform/secret';

/** Login by OpenID Connect: authorization code with PKCE. */
export interface OidcConfig {
  readonly issuer: string;
  readonly clientId: string;
  /** Undefined for a public client, which PKCE alone protects. */
  readonly clientSecret: Secret<string> | undefined;
  /** Scopes that a login asks for. */
  readonly scope: string;
  /** Audience of access tokens that programs present; that of this client by default. */
  readonly audience: string;
  /** Claim with the caller's roles: a text or a list, under a path with dots. */
  readonly rolesClaim: string;
  /** Value of the claim that makes a viewer. */
  readonly viewerRole: string;
  /** Value of the claim that makes an operator. */
  readonly operatorRole: string;
  /** Encrypts session cookies; at least 32 bytes. */
  readonly sessionSecret: Secret<string>;
  /** Longest time from login to the next one. */
  readonly sessionMaxAgeMs: number;
  /** Origin of the console's own URL, without a slash at its end. */
  readonly publicBaseUrl: string;
}

/** RFC 7518 wants a key of 256 bits for A256GCM. */
const MIN_SECRET_BYTES = 32;

const SECRET_REMEDY = `set at least ${MIN_SECRET_BYTES} bytes, such as openssl rand -hex 32 prints`;

/** Reads the login. Undefined in the stage `local` without OIDC_ISSUER: login is off there. */
export function readOidc(env: EnvReader, stage: Stage | Invalid): Draft<OidcConfig> | undefined {
  const local = stage === 'local';
  if (local && !env.isSet('OIDC_ISSUER')) return undefined;
  const schemes = local ? ['http:', 'https:'] : ['https:'];
  const clientId = env.text('OIDC_CLIENT_ID', 'set the id of the client that the issuer has for the console');
  const publicBaseUrl = env.url('PUBLIC_BASE_URL', schemes, 'https://operations.example.com');
  const sessionMaxAgeSeconds = env.integer('SESSION_MAX_AGE_SECONDS', 28_800, 1, 86_400);
  return {
    issuer: env.url('OIDC_ISSUER', schemes, 'https://login.example.com'),
    clientId,
    clientSecret: env.isSet('OIDC_CLIENT_SECRET')
      ? env.secret('OIDC_CLIENT_SECRET', { parse: parseText, remedy: 'set the secret of the client' })
      : undefined,
    scope: env.textOr('OIDC_SCOPE', 'openid profile email'),
    audience: env.isSet('OIDC_AUDIENCE')
      ? env.text('OIDC_AUDIENCE', 'set the audience of access tokens')
      : clientId,
    rolesClaim: env.textOr('OIDC_ROLES_CLAIM', 'roles'),
    viewerRole: env.textOr('OIDC_VIEWER_ROLE', 'viewer'),
    operatorRole: env.textOr('OIDC_OPERATOR_ROLE', 'operator'),
    sessionSecret: env.secret('SESSION_SECRET', { parse: parseSecret, remedy: SECRET_REMEDY }),
    sessionMaxAgeMs: isValid(sessionMaxAgeSeconds) ? sessionMaxAgeSeconds * 1_000 : sessionMaxAgeSeconds,
    publicBaseUrl: isValid(publicBaseUrl) ? new URL(publicBaseUrl).origin : publicBaseUrl,
  };
}

function parseText(text: string): SecretParse<string> {
  return { value: text };
}

function parseSecret(text: string): SecretParse<string> {
  if (Buffer.byteLength(text) >= MIN_SECRET_BYTES) return { value: text };
  return { problems: [`is shorter than ${MIN_SECRET_BYTES} bytes`] };
}
