/** Settings of the operators' console, which tasks and pods have in common. */

/** The console's address and its login by OpenID Connect. Absent settings keep the defaults of the service. */
export interface OperationsSettings {
  /** Host name of the console, another one than the API's. */
  readonly domainName: string;
  /** Issuer at which operators log in. */
  readonly issuer: string;
  /** The console's client there. */
  readonly clientId: string;
  /** Audience of access tokens that programs present. */
  readonly audience?: string;
  /** Claim with the roles. */
  readonly rolesClaim?: string;
  readonly viewerRole?: string;
  readonly operatorRole?: string;
  /** URL of a trace, with `{trace_id}` in the place of its id. */
  readonly traceUrl?: string;
}

/** Returns the variables of the login and the links. */
export function toOperationsVariables(settings: OperationsSettings): Record<string, string> {
  const optional = {
    OIDC_AUDIENCE: settings.audience,
    OIDC_ROLES_CLAIM: settings.rolesClaim,
    OIDC_VIEWER_ROLE: settings.viewerRole,
    OIDC_OPERATOR_ROLE: settings.operatorRole,
    TRACE_URL_TEMPLATE: settings.traceUrl,
  };
  const set = Object.entries(optional).filter((pair): pair is [string, string] => pair[1] !== undefined);
  return {
    PUBLIC_BASE_URL: `https://${settings.domainName}`,
    OIDC_ISSUER: settings.issuer,
    OIDC_CLIENT_ID: settings.clientId,
    ...Object.fromEntries(set),
  };
}

/** Returns `HEALTH_URLS`: the readiness page of each service, by base URLs such as `http://order-api:8000`. */
export function toHealthUrls(baseUrls: Readonly<Record<string, string>>): string {
  return Object.entries(baseUrls)
    .map(([service, url]) => `${service}=${url}/ready`)
    .join(',');
}
