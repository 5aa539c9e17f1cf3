/** The role that an identity has, from a configurable claim. */
import type { ViewerRole } from '../rpc/viewer.js';
import type { OidcConfig } from './config.js';

/** Settings that a role follows from. */
export type RoleConfig = Pick<OidcConfig, 'rolesClaim' | 'viewerRole' | 'operatorRole'>;

/** Returns the caller's role; undefined for an identity that may do nothing here. */
export function roleOf(
  claims: Readonly<Record<string, unknown>>,
  config: RoleConfig,
): ViewerRole | undefined {
  const values = valuesOf(claims, config.rolesClaim);
  if (values.includes(config.operatorRole)) return 'operator';
  return values.includes(config.viewerRole) ? 'viewer' : undefined;
}

/** Returns the name of an identity in audit lines. */
export function actorOf(claims: Readonly<Record<string, unknown>>): string {
  const names = [claims.email, claims.preferred_username, claims.client_id, claims.sub];
  return names.find((name): name is string => typeof name === 'string' && name !== '') ?? 'unknown';
}

/** A claim of that name, or the one at the end of a path with dots, as Keycloak's `realm_access.roles`. */
function valuesOf(claims: Readonly<Record<string, unknown>>, path: string): readonly unknown[] {
  const value = claims[path] ?? path.split('.').reduce<unknown>(property, claims);
  if (typeof value === 'string') return value.split(' ');
  return Array.isArray(value) ? value : [];
}

function property(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
