/** Services of one API instance, for its controllers and middlewares. */
import type { Clock } from '@order-pipeline/platform/clock';
import type { Logger } from '@order-pipeline/platform/logger';
import type { Registry } from '@order-pipeline/platform/metrics';
import type { OrderFeedWriter } from '@order-pipeline/platform/order-feed';
import type { ProcessedOrders } from '@order-pipeline/platform/processed-orders';
import type { Secret } from '@order-pipeline/platform/secret';
import type { Request } from 'express';
import type { Authenticator } from './auth/authenticator.js';
import type { Login } from './auth/login.js';
import type { KeyRing } from './keys.js';
import type { Membership } from './limits/membership.js';
import type { Quota } from './limits/quota.js';
import type { ApiMetrics } from './metrics.js';
import type { ReadinessProbe } from './operations/readiness.js';
import type { ExpireUnclaimed } from './orders/expire-unclaimed.js';
import type { OrderStore } from './orders/order-store.js';
import type { OrderIntake } from './orders/place-order.js';
import type { StatusFeed } from './orders/status-feed.js';
import type { WaitingRoom } from './orders/waiting-room.js';
import type { Admission } from './overload/admission.js';
import type { WebhookRegistry } from './webhooks/webhook-registry.js';

/** Dependencies of the request handlers. */
export interface ApiServices {
  readonly logger: Logger;
  readonly clock: Clock;
  readonly metrics: ApiMetrics;
  readonly registry: Registry;
  readonly authenticate: Authenticator;
  readonly login: Login;
  readonly quotas: {
    readonly calls: Quota;
    readonly logins: Quota;
    readonly polls: Quota;
    /** Routes that need no proof, by address, in this process. */
    readonly open: Quota;
  };
  readonly urlSigningKeys: Secret<KeyRing>;
  readonly intake: OrderIntake;
  readonly store: OrderStore;
  readonly feed: StatusFeed;
  /** Feed of recent orders, for operators. */
  readonly orderFeed: OrderFeedWriter;
  readonly processed: ProcessedOrders;
  readonly room: WaitingRoom;
  readonly expireUnclaimed: ExpireUnclaimed;
  readonly membership: Membership;
  /** Turns orders away when there are more than this process can take. */
  readonly admission: Admission;
  /** Undefined while webhooks are not configured. */
  readonly webhooks: WebhookRegistry | undefined;
  /** Aborted when the process stops: responses that are held back are sent at once. */
  readonly stopping: AbortSignal;
  /** Aborted by the signal to stop. Requests are still taken until the load balancer has deregistered the process. */
  readonly draining: AbortSignal;
  readonly readiness: ReadinessProbe;
}

/** Returns the services of the instance that received a request. */
export function servicesOf(request: Pick<Request<never>, 'app'>): ApiServices {
  return request.app.locals.services as ApiServices;
}
