/** Metrics of the reconciler. */
import type { Registry } from '@order-pipeline/platform/metrics';
import { Counter, Gauge } from 'prom-client';
import type { FindingKind } from './decide.js';
import type { Action, Outcome } from './reconcile.js';

/** The reconciler's own metrics. */
export interface ReconcileMetrics {
  /** Counts a finding. */
  found(outcome: Outcome): void;
  /** Records the end of a pass at `now` (epoch milliseconds), with the number of stuck orders. */
  finished(stuckOrders: number, now: number): void;
  /** Another process reconciles. */
  followed(): void;
}

const KINDS: readonly FindingKind[] = ['hold', 'authorization', 'claim', 'refund', 'event', 'settlement'];
const ACTIONS: readonly Action[] = ['settled', 'released', 'voided', 'failed', 'reported', 'left'];

/** Registers the metrics. */
export function createReconcileMetrics(registry: Registry): ReconcileMetrics {
  const registers = [registry];
  const findings = new Counter({
    name: 'reconciler_findings_total',
    help: 'Holds, authorizations and claims found open for too long, by what became of them; counted by each pass',
    labelNames: ['kind', 'action'] as const,
    registers,
  });
  const lastRun = new Gauge({
    name: 'reconciler_last_run_timestamp_seconds',
    help: 'When this process last came to the end of a reconciler pass, in Unix time; 0 before the first',
    registers,
  });
  const stuck = new Gauge({
    name: 'orders_stuck',
    help: 'Undecided orders that no worker has claimed for long, in the process that reconciles; 0 in the others',
    registers,
  });
  for (const kind of KINDS) for (const action of ACTIONS) findings.inc({ kind, action }, 0);
  return {
    found: ({ finding, action }) => findings.inc({ kind: finding.kind, action }),
    followed: () => stuck.set(0),
    finished: (stuckOrders, now) => {
      stuck.set(stuckOrders);
      lastRun.set(now / 1_000);
    },
  };
}
