/** The pipeline: queues, the processor and the services that it calls. */
import { RPC_SERVICES } from '../alarms.ts';
import { ageOfOldest, backlog, processor } from '../metrics.ts';
import { type Dashboard, quantileBy, quantiles, rateBy } from './panel.ts';

/** From the order queue to the settlement. */
export const PIPELINE: Dashboard = {
  uid: 'order-pipeline-pipeline',
  title: 'Order pipeline: pipeline',
  panels: [
    {
      title: 'Orders that wait',
      unit: 'short',
      queries: [
        { expr: 'max by (state) (order_queue_messages)', legend: '{{state}}' },
        { expr: 'max(order_dlq_messages)', legend: 'dead letters' },
      ],
      cloudWatch: ({ orderQueue, orderDlq }) => [backlog(orderQueue), backlog(orderDlq)],
    },
    {
      title: 'Age of the oldest order (s)',
      unit: 's',
      queries: [{ expr: 'max(order_oldest_message_age_seconds)', legend: 'oldest' }],
      cloudWatch: ({ orderQueue }) => [ageOfOldest(orderQueue)],
    },
    {
      title: 'Orders in work',
      unit: 'short',
      queries: [{ expr: 'sum(orders_in_flight)', legend: 'in flight' }],
    },
    {
      title: 'Time from acceptance to decision',
      unit: 's',
      exemplars: true,
      queries: quantiles('order_decision_seconds'),
    },
    {
      title: 'Retries, dead letters and problems of settlements',
      unit: 'ops',
      queries: [
        { expr: 'sum(rate(order_retries_total[1m]))', legend: 'retried' },
        { expr: rateBy('reason', 'order_dead_letters_total'), legend: 'dead: {{reason}}' },
        { expr: rateBy('kind', 'order_settlement_problems_total'), legend: 'settlement: {{kind}}' },
        { expr: 'sum(rate(order_bodies_not_placed_total[1m]))', legend: 'other body under a known id' },
      ],
      cloudWatch: ({ namespace }) =>
        namespace
          ? ['unsold-lines', 'capture-failed'].map((kind) =>
              processor(namespace, 'order_settlement_problems_total', { kind }, 'Sum'),
            )
          : [],
    },
    {
      title: 'Circuit breakers (1 is open)',
      unit: 'short',
      queries: [{ expr: 'max by (service) (rpc_breaker_open)', legend: '{{service}}' }],
      cloudWatch: ({ namespace }) =>
        namespace
          ? Object.values(RPC_SERVICES).map((service) =>
              processor(namespace, 'rpc_breaker_open', { service }, 'Maximum'),
            )
          : [],
    },
    {
      title: 'Calls of scoring, 99 of 100 (s)',
      unit: 's',
      queries: [quantileBy('method', 0.99, 'rpc_client_duration_seconds')],
    },
    {
      title: 'Failed calls of scoring, and further tries',
      unit: 'ops',
      queries: [
        {
          expr: rateBy('method, code', 'rpc_client_duration_seconds_count', '{code!="ok"}'),
          legend: '{{method}} {{code}}',
        },
        { expr: rateBy('method', 'rpc_client_retries_total'), legend: 'again: {{method}}' },
      ],
    },
    {
      title: 'Reconciler',
      unit: 'short',
      queries: [
        { expr: 'max(orders_stuck)', legend: 'stuck' },
        { expr: 'sum by (outcome) (increase(reconciler_findings_total[5m]))', legend: '{{outcome}}' },
        {
          expr: 'time() - max(reconciler_last_run_timestamp_seconds)',
          legend: 'seconds since its last pass',
        },
      ],
    },
    {
      title: 'Webhooks that wait',
      unit: 'short',
      queries: [
        { expr: 'max by (state) (webhook_queue_messages)', legend: '{{state}}' },
        { expr: 'max(webhook_dlq_messages)', legend: 'dead letters' },
        { expr: 'sum(webhook_messages_in_flight)', legend: 'in flight' },
      ],
      cloudWatch: ({ webhookQueue, webhookDlq }) =>
        webhookQueue && webhookDlq ? [backlog(webhookQueue), backlog(webhookDlq)] : [],
    },
    {
      title: 'Attempts to deliver webhooks',
      unit: 'ops',
      queries: [
        { expr: rateBy('outcome', 'webhook_attempts_total'), legend: '{{outcome}}' },
        { expr: 'sum(rate(webhook_dead_letters_total[1m]))', legend: 'dead letters' },
      ],
    },
    {
      title: 'Duration of requests to webhook endpoints',
      unit: 's',
      queries: quantiles('webhook_attempt_seconds'),
    },
  ],
};
