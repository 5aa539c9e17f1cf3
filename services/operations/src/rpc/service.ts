/** operations.v1.OperationsService, put together from its groups of methods. */
import type { ServiceImpl } from '@connectrpc/connect';
import { type OperationsService, Role } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { createDeadLetterMethods, type DeadLetterMethodDeps } from './dead-letter-methods.js';
import { toTimestamp } from './fields.js';
import { createOrderMethods } from './order-methods.js';
import { createStockMethods } from './stock-methods.js';
import { viewerOf } from './viewer.js';
import { createWatchMethods, type WatchMethodDeps } from './watch-methods.js';

/** Dependencies of the service. */
export interface OperationsServiceDeps extends DeadLetterMethodDeps, WatchMethodDeps {
  readonly version: string;
  /** URL with `{trace_id}` in the place of the id; empty without a trace viewer. */
  readonly traceUrlTemplate: string;
  /** True where LocalLabService is served. */
  readonly localLab: boolean;
}

const ROLES = { viewer: Role.VIEWER, operator: Role.OPERATOR } as const;

/** Creates the service. */
export function createOperationsService(deps: OperationsServiceDeps): ServiceImpl<typeof OperationsService> {
  return {
    getViewer: (_, context) => {
      const { actor, role, session } = viewerOf(context);
      return {
        stage: deps.config.stage,
        role: ROLES[role],
        actor,
        features: { localLab: deps.localLab, logout: session !== undefined, recentOrders: deps.live() },
        csrfToken: session?.csrfToken ?? '',
        sessionExpiresAt: toTimestamp(session?.expiresAt),
        traceUrlTemplate: deps.traceUrlTemplate,
        version: deps.version,
      };
    },
    ...createOrderMethods(deps),
    ...createDeadLetterMethods(deps),
    ...createStockMethods(deps),
    ...createWatchMethods(deps),
  };
}
