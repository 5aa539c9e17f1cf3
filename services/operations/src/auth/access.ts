/** Access to the service: who calls, and the routes of the login. */
import type { Clock } from '@order-pipeline/platform/clock';
import type { Logger } from '@order-pipeline/platform/logger';
import type { HttpRoute } from '@order-pipeline/platform/rpc/http-listener';
import type { Authenticate } from '../rpc/authorize.js';

/** Access control. */
export interface Access {
  readonly authenticate: Authenticate;
  /** Routes of the login; none where nobody logs in. */
  readonly routes: readonly HttpRoute[];
}

/** Dependencies of the access control. */
export interface AccessDeps {
  readonly logger: Logger;
  readonly clock: Clock;
}
