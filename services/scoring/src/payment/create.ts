/** Payment with its ledger, gateway and metrics. */
import { PaymentService } from '@order-pipeline/contracts/gen/payment/v1/payment_pb';
import { Table } from '@order-pipeline/platform/dynamo/table';
import { rpcService } from '@order-pipeline/platform/rpc/server';
import { systemTimers } from '@order-pipeline/platform/timers';
import { Counter, Gauge } from 'prom-client';
import type { ScoringDeps, ScoringService } from '../scoring-service.js';
import type { PaymentConfig } from './config.js';
import { PAYMENT_STATES } from './decide.js';
import type { PaymentGateway } from './gateway.js';
import { createGateway, createWebhooks } from './gateways/create.js';
import { LEDGER } from './items.js';
import { WatchedGateway } from './outage/watched-gateway.js';
import { Payments } from './payments.js';
import { applyProviderChange } from './provider-change.js';
import { Refunds } from './refund/refunds.js';
import { createPaymentService } from './service.js';
import { PaymentStore } from './store.js';
import { TracedGateway } from './traced-gateway.js';

/** Creates the service. `provider` is the configured gateway unless another one is given. */
export function createPayment(
  config: PaymentConfig,
  { dynamo, registry, logger, clock }: ScoringDeps,
  provider: PaymentGateway = createGateway(config, clock),
): ScoringService {
  const table = new Table(dynamo, { ...LEDGER, name: config.table });
  const transitions = new Counter({
    name: 'payments_total',
    help: 'Payments that reached a state, each once',
    labelNames: ['state'] as const,
    registers: [registry],
  });
  for (const state of PAYMENT_STATES) transitions.inc({ state: state.toLowerCase() }, 0);
  const amounts = new Counter({
    name: 'payment_amount_total',
    help: 'Money of payments that reached a state, in the minor unit of the currency',
    labelNames: ['state', 'currency'] as const,
    registers: [registry],
  });
  const gateway = new WatchedGateway({
    gateway: new TracedGateway(provider),
    pingTimeoutMs: config.gatewayTimeoutMs,
    timers: systemTimers,
    logger,
  });
  new Gauge({
    name: 'payment_gateway_down',
    help: '1 while the payment provider is down and calls to it are refused',
    registers: [registry],
    collect() {
      this.set(gateway.isServing ? 0 : 1);
    },
  });
  const store = new PaymentStore(table);
  const deps = { store, gateway, gatewayTimeoutMs: config.gatewayTimeoutMs, clock, transitions, amounts };
  const payments = new Payments(deps);
  const refunds = new Refunds(deps);
  const changes = new Counter({
    name: 'payment_provider_changes_total',
    help: 'Changes of payments that the provider reported, by kind',
    labelNames: ['kind'] as const,
    registers: [registry],
  });
  // An alert on an increase needs a value to begin with.
  for (const kind of ['problem', 'problem-solved', 'refund'] as const) changes.inc({ kind }, 0);
  return {
    rpc: rpcService(PaymentService, createPaymentService({ payments, refunds, clock, logger }), gateway),
    checks: { payments_table: () => table.check() },
    routes: createWebhooks(config, {
      clock,
      logger,
      apply: (change) => applyProviderChange({ store, refunds, logger, changes }, change),
    }),
    close: () => gateway.close(),
  };
}
