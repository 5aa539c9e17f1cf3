/** Criteria for a new version: one PromQL query a check, and the same limits as the alarms. */
import { toAlarms } from '../../../infra/src/decide/alarms.ts';
import type { CanaryCheck } from '../workloads/table.ts';

/** A query and the largest value that passes. */
export interface CanaryQuery {
  readonly query: string;
  readonly limit: number;
}

/** Label that a ServiceMonitor copies from the pods of a Rollout. */
const VERSION_LABEL = 'rollouts_pod_template_hash';

/** Name of the analysis argument with the version's hash. */
export const HASH_ARGUMENT = 'canary-hash';

const WINDOW = '5m';
/** Fewer events count as so many: a single failure in a quiet minute is no incident. */
const FLOOR = 100;
const MS_PER_SECOND = 1_000;
/** Share of calls that may fail, where no alarm has a limit. */
const MAX_FAILED_SHARE = 0.01;
/** Requests that response at once: the others wait for an order on purpose, or have no end. */
const SHORT = 'waiting="false"';
/** Codes that are faults of the service; the others are regular responses. */
const RPC_FAULTS = 'unknown|internal|unavailable|data_loss|deadline_exceeded|resource_exhausted';

/** Returns the query of a check for the canary's pods or, for measures of no single pod, for the whole system. */
export function toQuery(check: CanaryCheck, namespace: string, processor: boolean): CanaryQuery {
  const all = `namespace="${namespace}"`;
  const canary = `${all},${VERSION_LABEL}="{{args.${HASH_ARGUMENT}}}"`;
  const share = (name: string, scope: string, bad: string) =>
    `sum(increase(${name}{${scope},${bad}}[${WINDOW}])) / clamp_min(sum(increase(${name}{${scope}}[${WINDOW}])), ${FLOOR})`;
  switch (check) {
    case 'errors':
      return {
        query: share('http_request_duration_seconds_count', canary, 'status=~"5.."'),
        limit: thresholdOf('api-5xx') / 100,
      };
    case 'latency':
      return {
        query: `histogram_quantile(0.99, sum by (le) (rate(http_request_duration_seconds_bucket{${canary},${SHORT}}[${WINDOW}])))`,
        limit: thresholdOf('api-p99') / MS_PER_SECOND,
      };
    case 'rpc-errors':
      return {
        query: share('rpc_server_duration_seconds_count', canary, `code=~"${RPC_FAULTS}"`),
        limit: MAX_FAILED_SHARE,
      };
    case 'failed-orders':
      return {
        query: share('orders_processed_total', processor ? canary : all, 'status="error"'),
        limit: MAX_FAILED_SHARE,
      };
    case 'dead-letters':
      return {
        query: `sum(increase(order_dead_letters_total{${all}}[${WINDOW}]))`,
        limit: thresholdOf('dead-letters'),
      };
    case 'webhook-dead-letters':
      return {
        query: `sum(increase(webhook_dead_letters_total{${canary}}[${WINDOW}]))`,
        limit: thresholdOf('webhook-dead-letters'),
      };
  }
}

const ALARMS = toAlarms({
  orderQueue: '',
  orderDlq: '',
  tables: [],
  loadBalancer: 'x',
  accessLogNamespace: 'x',
  namespace: 'x',
  webhookDlq: 'x',
});

function thresholdOf(name: string): number {
  const alarm = ALARMS.find((candidate) => candidate.name === name);
  if (!alarm) throw new Error(`No alarm named ${name}: choose the limit of the canary's check anew`);
  return alarm.threshold;
}
