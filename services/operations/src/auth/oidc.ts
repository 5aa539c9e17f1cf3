/** Access by OpenID Connect: sessions for browsers, access tokens for programs, and the routes of the login. */
import { timingSafeEqual } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { Code, ConnectError } from '@connectrpc/connect';
import type { Clock } from '@order-pipeline/platform/clock';
import type { Logger } from '@order-pipeline/platform/logger';
import type { HttpRoute } from '@order-pipeline/platform/rpc/http-listener';
import { z } from 'zod';
import { SECURITY_HEADERS } from '../assets.js';
import type { Authenticate } from '../rpc/authorize.js';
import type { Viewer } from '../rpc/viewer.js';
import type { Access } from './access.js';
import type { OidcConfig } from './config.js';
import { readCookie, toSetCookie } from './cookies.js';
import { IdentityProvider } from './identity-provider.js';
import { toPage } from './pages.js';
import { actorOf, roleOf } from './role.js';
import { Seal } from './seal.js';
import { Sessions } from './sessions.js';

/** Dependencies of {@link createOidcAccess}. */
export interface OidcDeps {
  readonly logger: Logger;
  readonly clock: Clock;
}

const LOGIN_COOKIE = 'operations_login';

/** Time that a person may take at the login page, in milliseconds. */
const LOGIN_MS = 600_000;

/** Largest body of a logout. */
const MAX_FORM_BYTES = 4_096;

const AttemptSchema = z.object({
  state: z.string(),
  nonce: z.string(),
  verifier: z.string(),
  returnTo: z.string(),
});

/** Creates the access control. */
export function createOidcAccess(config: OidcConfig, { logger, clock }: OidcDeps): Access {
  const provider = new IdentityProvider(config);
  const sessions = new Sessions(config, clock);
  const logins = new Seal(config.sessionSecret, 'login', clock);
  const secure = config.publicBaseUrl.startsWith('https:');
  const loginCookie = (value: string, maxAgeSeconds: number) =>
    toSetCookie(LOGIN_COOKIE, value, { secure, sameSite: 'Lax', maxAgeSeconds });
  const audit = (action: string, actor: string, result: string) =>
    logger.info({ audit: true, action, actor, result }, `${action}: ${result}`);

  async function login(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { url, attempt } = await provider.begin();
    const returnTo = toOwnPath(
      new URL(request.url ?? '/', config.publicBaseUrl).searchParams.get('return_to'),
    );
    const sealed = await logins.close({ ...attempt, returnTo }, clock() + LOGIN_MS);
    redirect(response, url.href, [loginCookie(sealed, LOGIN_MS / 1_000)]);
  }

  async function callback(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const sealed = readCookie(request.headers.cookie, LOGIN_COOKIE, secure);
    const { data: attempt } = AttemptSchema.safeParse(
      sealed === undefined ? undefined : await logins.open(sealed),
    );
    if (!attempt)
      return page(response, 400, 'Login expired', 'This login has expired or was begun elsewhere.');
    const answer = new URL(request.url ?? '/', config.publicBaseUrl);
    const claims = await provider.finish(answer, attempt).catch((error: unknown) => {
      logger.warn({ err: error }, 'a login failed');
      return undefined;
    });
    if (!claims) return page(response, 400, 'Login failed', 'The login failed. Try again.');
    const actor = actorOf(claims);
    const role = roleOf(claims, config);
    if (!role) {
      audit('login', actor, 'refused');
      return page(
        response,
        403,
        'No access',
        `${actor} has neither the role ${config.viewerRole} nor ${config.operatorRole}.`,
      );
    }
    audit('login', actor, 'done');
    redirect(response, attempt.returnTo, [await sessions.start(actor, role), loginCookie('', 0)]);
  }

  async function logout(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const viewer = await sessions.read(request.headers.cookie);
    if (!(Number(request.headers['content-length']) <= MAX_FORM_BYTES))
      return page(response, 413, 'Not logged out', 'The request is too large.');
    const token = new URLSearchParams(await text(request)).get('csrf_token');
    if (viewer?.session && !(isSame(token, viewer.session.csrfToken) && isOwnOrigin(request.headers.origin)))
      return page(response, 403, 'Not logged out', 'This logout was not asked for by the console.');
    if (viewer) audit('logout', viewer.actor, 'done');
    redirect(response, '/auth/logged-out', [sessions.end()]);
  }

  async function loggedOut(_: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = await provider.logoutUrl().catch(() => undefined);
    send(
      response,
      200,
      toPage({
        title: 'Logged out',
        message: 'You are logged out.',
        link: url && { href: url.href, text: 'Log out of the provider as well' },
      }),
    );
  }

  const isOwnOrigin = (origin: string | null | undefined) =>
    origin == null || origin === config.publicBaseUrl;

  const authenticate: Authenticate = async (headers, changes) => {
    const bearer = /^Bearer (\S+)$/i.exec(headers.get('authorization') ?? '')?.[1];
    if (bearer !== undefined) return ofToken(bearer);
    const viewer = await sessions.read(headers.get('cookie'));
    if (!viewer?.session) throw new ConnectError('log in first', Code.Unauthenticated);
    if (!isOwnOrigin(headers.get('origin')))
      throw new ConnectError('calls of other sites are refused', Code.PermissionDenied);
    if (changes && !isSame(headers.get('x-csrf-token'), viewer.session.csrfToken))
      throw new ConnectError('the header x-csrf-token is missing or wrong', Code.PermissionDenied);
    return viewer;
  };

  async function ofToken(token: string): Promise<Viewer> {
    const claims = await provider.verify(token).catch((cause: unknown) => {
      throw new ConnectError(
        'the access token is not valid here',
        Code.Unauthenticated,
        undefined,
        undefined,
        cause,
      );
    });
    const role = roleOf(claims, config);
    if (!role) throw new ConnectError('the access token has no role here', Code.PermissionDenied);
    return { actor: actorOf(claims), role };
  }

  const route = (method: HttpRoute['method'], path: string, run: Handler): HttpRoute => ({
    method,
    path,
    handle: (request, response) => {
      run(request, response).catch((error: unknown) => {
        logger.warn({ err: error }, 'the login cannot be served');
        page(
          response,
          503,
          'Login not available',
          'The login service does not answer. Try again in a moment.',
        );
      });
    },
  });
  return {
    authenticate,
    routes: [
      route('GET', '/auth/login', login),
      route('GET', '/auth/callback', callback),
      route('POST', '/auth/logout', logout),
      route('GET', '/auth/logged-out', loggedOut),
    ],
  };
}

type Handler = (request: IncomingMessage, response: ServerResponse) => Promise<void>;

/** A path of this service, never of another host. */
function toOwnPath(path: string | null): string {
  return path !== null && /^\/(?![/\\])[^\s\\]*$/.test(path) ? path : '/';
}

function isSame(given: string | null, expected: string): boolean {
  const [a, b] = [Buffer.from(given ?? ''), Buffer.from(expected)];
  return a.length === b.length && timingSafeEqual(a, b);
}

function redirect(response: ServerResponse, location: string, cookies: readonly string[]): void {
  response
    .writeHead(303, {
      ...SECURITY_HEADERS,
      location,
      'set-cookie': [...cookies],
      'cache-control': 'no-store',
    })
    .end();
}

function page(response: ServerResponse, status: number, title: string, message: string): void {
  if (!response.headersSent) send(response, status, toPage({ title, message }));
}

function send(response: ServerResponse, status: number, html: string): void {
  response
    .writeHead(status, {
      ...SECURITY_HEADERS,
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
    })
    .end(html);
}
