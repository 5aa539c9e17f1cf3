/** Chooses the access control of the service. */
import type { Config } from '../config.js';
import type { Access, AccessDeps } from './access.js';
import { authenticateLocal } from './local.js';
import { createOidcAccess } from './oidc.js';

/** Creates the access control that the configuration asks for. */
export function createAccess({ oidc }: Pick<Config, 'oidc'>, deps: AccessDeps): Access {
  return oidc ? createOidcAccess(oidc, deps) : { authenticate: authenticateLocal, routes: [] };
}
