/** Host names of the ingress. */
import type { Context } from '../settings/types.ts';

/** A host name, and the service that it leads to. */
export interface Site {
  readonly service: 'order-api' | 'operations';
  readonly domainName: string;
}

/** Returns the host names of a context: the API's, and that of the operators' console where it is on. */
export function toSites({ inputs }: Context): Site[] {
  const { domainName, features, operations } = inputs;
  const api: Site = { service: 'order-api', domainName };
  return features.operations && operations
    ? [api, { service: 'operations', domainName: operations.domainName }]
    : [api];
}
