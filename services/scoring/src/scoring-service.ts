/** Interface between the three services and the process that serves them. */
import type { Clock } from '@order-pipeline/platform/clock';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import type { Logger } from '@order-pipeline/platform/logger';
import type { Registry } from '@order-pipeline/platform/metrics';
import type { ReadinessCheck } from '@order-pipeline/platform/ops-server';
import type { HttpRoute } from '@order-pipeline/platform/rpc/http-listener';
import type { RpcService } from '@order-pipeline/platform/rpc/server';

/** Shared dependencies that the process provides to its services. */
export interface ScoringDeps {
  readonly dynamo: DynamoClient;
  readonly registry: Registry;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Creates the part of a fencing token that no other call ever has: up to 32 characters of base64url. */
  readonly newTryId: () => string;
}

/** One service, ready to be served. */
export interface ScoringService {
  readonly rpc: RpcService;
  /** Checks of its required dependencies, by name. */
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  /** Endpoints on the HTTP listener besides its RPCs. */
  readonly routes?: readonly HttpRoute[];
  /** Releases resources owned by the service. */
  close(): void;
}
