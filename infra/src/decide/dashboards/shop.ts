/** The shop: orders, money and customers. */
import { PROCESSED_STATUSES } from '@order-pipeline/contracts/processed';
import { STATUSES } from '../alarms.ts';
import { countedLine, processed, processor } from '../metrics.ts';
import { type Dashboard, rateBy } from './panel.ts';

/** Sales, rejections and revenue of the shop. */
export const SHOP: Dashboard = {
  uid: 'order-pipeline-shop',
  title: 'Order pipeline: shop',
  panels: [
    {
      title: 'Orders accepted and ended',
      unit: 'ops',
      description:
        'Every accepted order ends once. What is accepted and has not ended waits or is being worked on.',
      queries: [
        { expr: 'sum(rate(orders_accepted_total[1m]))', legend: 'accepted' },
        { expr: 'sum(rate(orders_processed_total[1m]))', legend: 'ended' },
      ],
    },
    {
      title: 'Orders by outcome',
      unit: 'ops',
      queries: [{ expr: rateBy('status', 'orders_processed_total'), legend: '{{status}}' }],
      cloudWatch: ({ namespace }) =>
        namespace
          ? STATUSES.map((status) => processor(namespace, 'orders_processed_total', { status }, 'Sum'))
          : [],
    },
    {
      title: 'Orders by outcome, from the logs',
      unit: 'short',
      description: 'The same counts from the embedded metric format, which needs no collector.',
      queries: [],
      cloudWatch: ({ stage }) => (stage ? PROCESSED_STATUSES.map((status) => processed(stage, status)) : []),
    },
    {
      title: 'Rejections by reason',
      unit: 'ops',
      queries: [{ expr: rateBy('reason', 'orders_rejected_total'), legend: '{{reason}}' }],
    },
    {
      title: 'Money by state and currency (minor unit a second)',
      unit: 'currency-minor',
      queries: [
        { expr: rateBy('state, currency', 'payment_amount_total'), legend: '{{state}} {{currency}}' },
      ],
    },
    {
      title: 'Payments',
      unit: 'ops',
      queries: [
        { expr: rateBy('state', 'payments_total'), legend: '{{state}}' },
        {
          expr: rateBy('kind', 'payment_provider_changes_total'),
          legend: 'reported by the provider: {{kind}}',
        },
      ],
    },
    {
      title: 'Stock',
      unit: 'ops',
      queries: [{ expr: rateBy('outcome', 'reservations_total'), legend: '{{outcome}}' }],
    },
    {
      title: 'Fraud decisions',
      unit: 'ops',
      queries: [
        { expr: rateBy('decision', 'fraud_decisions_total'), legend: '{{decision}}' },
        { expr: 'sum(rate(fraud_velocity_unknown_total[1m]))', legend: 'velocity unknown' },
      ],
    },
    {
      title: 'Clients that wait, are limited, or know no outcome',
      unit: 'short',
      queries: [
        { expr: 'sum(waiting_clients)', legend: 'waiting' },
        { expr: 'sum(rate(requests_limited_total[1m]))', legend: 'limited a second' },
        { expr: 'sum(rate(order_outcomes_unknown_total[1m]))', legend: 'unknown outcomes a second' },
      ],
    },
    {
      title: 'Payment provider and webhook endpoints',
      unit: 'short',
      queries: [
        { expr: 'max(payment_gateway_down)', legend: 'provider down' },
        { expr: 'sum(increase(webhook_endpoints_disabled_total[5m]))', legend: 'endpoints disabled' },
      ],
      cloudWatch: ({ accessLogNamespace, countedLines = [] }) =>
        accessLogNamespace ? countedLines.map((line) => countedLine(accessLogNamespace, line)) : [],
    },
  ],
};
