/** The services that the processor asks, as typed clients, with the circuit breakers in front of them. */
import type { Transport } from '@connectrpc/connect';
import { FraudService } from '@order-pipeline/contracts/gen/fraud/v1/fraud_pb';
import { InventoryService } from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { PaymentService } from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import type { Logger } from '@order-pipeline/platform/logger';
import type { Registry } from '@order-pipeline/platform/metrics';
import { createRpcClient, type RpcClient } from '@order-pipeline/platform/rpc/client';
import type { ClientTls } from '@order-pipeline/platform/rpc/tls';

/** Deadline of one try of a call, in milliseconds. A payment's gateway is the slowest of all. */
const TIMEOUTS_MS = { inventory: 2_000, fraud: 1_000, payment: 4_000 } as const;

/** The three services. */
export interface Scoring {
  readonly inventory: RpcClient<typeof InventoryService>;
  readonly fraud: RpcClient<typeof FraudService>;
  readonly payment: RpcClient<typeof PaymentService>;
}

/** Addresses of the three services. */
export interface ScoringConfig {
  readonly inventoryUrl: string;
  readonly fraudUrl: string;
  readonly paymentUrl: string;
  /** Used where a URL above is `https:`. */
  readonly rpcTls: ClientTls;
}

/**
 * Connects to the three services; connections are made when they are first needed. `transport` makes single tries of
 * calls instead of gRPC.
 */
export function createScoring(
  config: ScoringConfig,
  registry: Registry,
  logger: Logger,
  transport?: Transport,
): Scoring {
  const shared = { registry, logger, tls: config.rpcTls, ...(transport && { transport }) };
  return {
    inventory: createRpcClient(InventoryService, {
      url: config.inventoryUrl,
      timeoutMs: TIMEOUTS_MS.inventory,
      ...shared,
    }),
    fraud: createRpcClient(FraudService, { url: config.fraudUrl, timeoutMs: TIMEOUTS_MS.fraud, ...shared }),
    payment: createRpcClient(PaymentService, {
      url: config.paymentUrl,
      timeoutMs: TIMEOUTS_MS.payment,
      ...shared,
    }),
  };
}

/** The clients in a row, for what is done to each. */
export function eachClient({ inventory, fraud, payment }: Scoring) {
  return [inventory, fraud, payment] as const;
}
