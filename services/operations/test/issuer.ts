/** A certified OpenID Connect provider in this process, and a browser that logs in there. */
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import Provider from 'oidc-provider';

const CLIENT_ID = 'operations-console';
const CLIENT_SECRET = 'a-secret-of-the-client-for-tests';

type SigningKey = Awaited<ReturnType<typeof generateKeyPair>>['privateKey'];

/** A running provider. A login as `NAME` gets the roles that `roles` has for it. */
export class Issuer {
  static async start(
    redirectUri: string,
    roles: Readonly<Record<string, readonly string[]>>,
  ): Promise<Issuer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    const { privateKey } = await generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await exportJWK(privateKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
    const provider = new Provider(url, {
      clients: [{ client_id: CLIENT_ID, client_secret: CLIENT_SECRET, redirect_uris: [redirectUri] }],
      jwks: { keys: [jwk] },
      cookies: { keys: ['a key for cookies in tests'] },
      clientAuthMethods: ['client_secret_post'],
      clientDefaults: { token_endpoint_auth_method: 'client_secret_post' },
      claims: { openid: ['sub', 'roles', 'email'] },
      pkce: { required: () => true },
      findAccount: (_, sub) => ({
        accountId: sub,
        claims: () => ({ sub, roles: [...(roles[sub] ?? [])], email: `${sub}@example.com` }),
      }),
    } as ConstructorParameters<typeof Provider>[1]);
    server.on('request', provider.callback());
    return new Issuer(url, server, privateKey);
  }

  readonly url: string;
  readonly #server: Server;
  readonly #key: SigningKey;

  private constructor(url: string, server: Server, key: SigningKey) {
    this.url = url;
    this.#server = server;
    this.#key = key;
  }

  /** Settings that point the service at this provider. */
  get env(): Record<string, string> {
    return {
      OIDC_ISSUER: this.url,
      OIDC_CLIENT_ID: CLIENT_ID,
      OIDC_CLIENT_SECRET: CLIENT_SECRET,
      OIDC_SCOPE: 'openid',
      SESSION_SECRET: 'a-session-secret-of-32-bytes-for-tests',
    };
  }

  /** An access token of a program. */
  token(claims: Readonly<Record<string, unknown>>, audience = CLIENT_ID): Promise<string> {
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
      .setIssuer(this.url)
      .setAudience(audience)
      .setExpirationTime('5m')
      .sign(this.#key);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    this.#server.close();
    await once(this.#server, 'close');
  }
}

/** Follows redirects, keeps cookies by host and port, and fills in the provider's forms. */
export class Browser {
  readonly #jars = new Map<string, Map<string, string>>();

  /** Requests a page and follows redirects. */
  async open(url: string, init: RequestInit = {}): Promise<Response> {
    let next = url;
    let options = init;
    for (let hops = 0; hops < 20; hops += 1) {
      const response = await this.request(next, options);
      const location = response.headers.get('location');
      if (response.status < 300 || response.status >= 400 || location === null) return response;
      next = new URL(location, next).href;
      options = {};
    }
    throw new Error('too many redirects');
  }

  /** One request with the cookies of its host. */
  async request(url: string, init: RequestInit = {}): Promise<Response> {
    const { host } = new URL(url);
    const jar = this.#jars.get(host) ?? new Map<string, string>();
    this.#jars.set(host, jar);
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { ...(init.headers as Record<string, string>), ...(cookie && { cookie }) };
    const response = await fetch(url, { ...init, headers, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      const [name = '', value = ''] = [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)];
      if (value === '' || /max-age=0\b|expires=Thu, 01 Jan 1970/i.test(line)) jar.delete(name);
      else jar.set(name, value);
    }
    return response;
  }

  /** Logs in as `name` through the provider's own forms. Returns the last page. */
  async logIn(consoleUrl: string, name: string, returnTo = '/'): Promise<Response> {
    let response = await this.open(`${consoleUrl}/auth/login?return_to=${encodeURIComponent(returnTo)}`);
    for (const form of [{ prompt: 'login', login: name, password: 'any' }, { prompt: 'consent' }]) {
      const html = await response.clone().text();
      const [, action] = /<form[^>]*action="([^"]+)"/.exec(html) ?? [];
      if (action === undefined) break;
      response = await this.open(action, {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams(form).toString(),
      });
    }
    return response;
  }

  /** Cookies of a host. */
  cookies(url: string): ReadonlyMap<string, string> {
    return this.#jars.get(new URL(url).host) ?? new Map();
  }
}
