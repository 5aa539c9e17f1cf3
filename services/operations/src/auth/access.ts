/** Access to the service: who calls, and the routes of the login. */
import type { Clock } from '@order-pipeline/platform/clock';
import type { Logger } from '@order-pipeline/platform/logger';
import type { HttpRoute } from '@order-pipeline/platform/rpc/http-listener';
import type { Config } from '../config.js';
import type { Authenticate } from '../rpc/authorize.js';
import { authenticateLocal } from './local.js';
import { createOidcAccess } from './oidc.js';

/** Access control. */
export interface Access {
  readonly authenticate: Authenticate;
  /** Routes of the login; none where nobody logs in. */
  readonly routes: readonly HttpRoute[];
}

/** Dependencies of {@link createAccess}. */
export interface AccessDeps {
  readonly logger: Logger;
  readonly clock: Clock;
}

/** Creates the access control that the configuration asks for. */
export function createAccess({ oidc }: Pick<Config, 'oidc'>, deps: AccessDeps): Access {
  return oidc ? createOidcAccess(oidc, deps) : { authenticate: authenticateLocal, routes: [] };
}
