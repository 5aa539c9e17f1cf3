/** Payment with its ledger, gateway and metrics. */
import { PaymentService } from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import { Table } from '@order-pipeline/platform/dynamo/table';
import { rpcService } from '@order-pipeline/platform/rpc/server';
import { Counter } from 'prom-client';
import type { Part, Tools } from '../part.js';
import type { PaymentConfig } from './config.js';
import { LEDGER } from './items.js';
import { Payments } from './payments.js';
import { createPaymentService } from './service.js';
import { SimulatedGateway } from './simulated-gateway.js';
import { PaymentStore } from './store.js';

/** Puts the service together. */
export function createPaymentPart(config: PaymentConfig, { dynamo, registry, logger, clock }: Tools): Part {
  const table = new Table(dynamo, { ...LEDGER, name: config.table });
  const transitions = new Counter({
    name: 'payments_total',
    help: 'Payments that reached a state, each once',
    labelNames: ['state'] as const,
    registers: [registry],
  });
  const payments = new Payments({
    store: new PaymentStore(table),
    gateway: new SimulatedGateway(config.gatewaySlowMs),
    gatewayTimeoutMs: config.gatewayTimeoutMs,
    clock,
    transitions,
  });
  return {
    rpc: rpcService(PaymentService, createPaymentService({ payments, clock, logger })),
    checks: { payments_table: () => table.check() },
    close: () => undefined,
  };
}
