/** The OpenID Connect issuer, by its discovery document: logins of people, and access tokens of programs. */
import { createRemoteJWKSet, type JWTVerifyGetKey, jwtVerify } from 'jose';
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type ClientAuth,
  ClientSecretPost,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  None,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client';
import type { OidcConfig } from './config.js';

/** Values that a login keeps until the issuer redirects back. */
export interface LoginAttempt {
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
}

/** Claims of an identity. */
export type Claims = Readonly<Record<string, unknown>>;

/** Algorithms of access tokens: those with a public key alone. */
const ALGORITHMS = ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512', 'ES256', 'ES384', 'ES512', 'EdDSA'];

/** Talks to the issuer. Its document is read when it is first needed, and again after a failure. */
export class IdentityProvider {
  readonly #config: OidcConfig;
  #discovered: Promise<Configuration> | undefined;
  #keys: JWTVerifyGetKey | undefined;

  constructor(config: OidcConfig) {
    this.#config = config;
  }

  get redirectUri(): string {
    return `${this.#config.publicBaseUrl}/auth/callback`;
  }

  /** Begins a login: the page to send the browser to, and what to remember. */
  async begin(): Promise<{ readonly url: URL; readonly attempt: LoginAttempt }> {
    const provider = await this.#provider();
    const attempt = { state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() };
    const url = buildAuthorizationUrl(provider, {
      redirect_uri: this.redirectUri,
      scope: this.#config.scope,
      code_challenge: await calculatePKCECodeChallenge(attempt.verifier),
      code_challenge_method: 'S256',
      state: attempt.state,
      nonce: attempt.nonce,
    });
    return { url, attempt };
  }

  /** Ends a login: exchanges the code of the answer for the claims of the identity. Rejects when the answer is not that of the attempt. */
  async finish(answer: URL, { state, nonce, verifier }: LoginAttempt): Promise<Claims> {
    const provider = await this.#provider();
    const checks = {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
    };
    const tokens = await authorizationCodeGrant(provider, answer, checks);
    const claims: Claims = { ...tokens.claims() };
    if (!provider.serverMetadata().userinfo_endpoint) return claims;
    const more = await fetchUserInfo(provider, tokens.access_token, String(claims.sub));
    return { ...more, ...claims };
  }

  /** Returns the claims of an access token that was issued for this service. Rejects for any other. */
  async verify(token: string): Promise<Claims> {
    const { issuer, audience } = this.#config;
    const { jwks_uri } = (await this.#provider()).serverMetadata();
    if (jwks_uri === undefined) throw new Error('the issuer publishes no keys');
    this.#keys ??= createRemoteJWKSet(new URL(jwks_uri));
    const options = { issuer, audience, algorithms: ALGORITHMS, requiredClaims: ['exp'] };
    return (await jwtVerify(token, this.#keys, options)).payload;
  }

  /** Returns the page that ends the session at the issuer; undefined where it has none. */
  async logoutUrl(): Promise<URL | undefined> {
    const provider = await this.#provider();
    if (!provider.serverMetadata().end_session_endpoint) return undefined;
    return buildEndSessionUrl(provider, { post_logout_redirect_uri: `${this.#config.publicBaseUrl}/` });
  }

  #provider(): Promise<Configuration> {
    this.#discovered ??= this.#discover();
    this.#discovered.catch(() => {
      this.#discovered = undefined;
    });
    return this.#discovered;
  }

  #discover(): Promise<Configuration> {
    const { issuer, clientId, clientSecret } = this.#config;
    // Read at each call: the secret may change while the process runs.
    const authentication: ClientAuth = clientSecret
      ? (...call) => ClientSecretPost(clientSecret.current)(...call)
      : None();
    const insecure = issuer.startsWith('http:') ? { execute: [allowInsecureRequests] } : {};
    return discovery(new URL(issuer), clientId, undefined, authentication, insecure);
  }
}
