/** What each of the three services is to the process that serves it. */
import type { Clock } from '@order-pipeline/platform/clock';
import type { DynamoClient } from '@order-pipeline/platform/dynamo/client';
import type { Logger } from '@order-pipeline/platform/logger';
import type { Registry } from '@order-pipeline/platform/metrics';
import type { ReadinessCheck } from '@order-pipeline/platform/ops-server';
import type { HttpRoute } from '@order-pipeline/platform/rpc/http-listener';
import type { RpcService } from '@order-pipeline/platform/rpc/server';

/** What the process lends to its parts. */
export interface Tools {
  readonly dynamo: DynamoClient;
  readonly registry: Registry;
  readonly logger: Logger;
  readonly clock: Clock;
  /** Creates the part of a fencing token that no other call ever has: up to 32 characters of base64url. */
  readonly newTryId: () => string;
}

/** One service, ready to be served. */
export interface Part {
  readonly rpc: RpcService;
  /** What it cannot work without, by name. */
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  /** Endpoints on the HTTP listener besides its RPCs. */
  readonly routes?: readonly HttpRoute[];
  /** Lets go of what the service opened itself. */
  close(): void;
}
