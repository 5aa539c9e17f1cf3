/** The objectives, and the burn rates of their error budgets. */
import type { Dashboard, Query } from './panel.ts';

const WINDOWS = ['5m', '30m', '1h', '6h'] as const;

/** Burn rates of an objective: 1 spends the budget exactly in 28 days. */
function burnRates(ratio: string, budget: number): Query[] {
  return WINDOWS.map((window) => ({
    expr: `order_pipeline:${ratio}:ratio${window} / ${budget}`,
    legend: `over ${window}`,
  }));
}

/** Acceptance and time to a decision, over 28 days. */
export const OBJECTIVES: Dashboard = {
  uid: 'order-pipeline-objectives',
  title: 'Order pipeline: objectives',
  panels: [
    {
      title: 'Acceptance: orders answered without an error and within a second (objective 99.9 %)',
      unit: 'percentunit',
      queries: [
        { expr: '1 - order_pipeline:acceptance_errors:ratio6h', legend: 'over 6 hours' },
        { expr: '1 - order_pipeline:acceptance_errors:ratio1h', legend: 'over an hour' },
      ],
    },
    {
      title: 'Acceptance: burn rate (14.4 pages, 6 is a ticket)',
      unit: 'short',
      queries: burnRates('acceptance_errors', 0.001),
    },
    {
      title: 'Decision: orders decided within a minute (objective 99 %)',
      unit: 'percentunit',
      queries: [
        { expr: '1 - order_pipeline:late_decisions:ratio6h', legend: 'over 6 hours' },
        { expr: '1 - order_pipeline:late_decisions:ratio1h', legend: 'over an hour' },
      ],
    },
    {
      title: 'Decision: burn rate (14.4 pages, 6 is a ticket)',
      unit: 'short',
      queries: burnRates('late_decisions', 0.01),
    },
    {
      title: 'Error budget of acceptance that is left of 28 days',
      unit: 'percentunit',
      queries: [
        {
          expr: '1 - (1 - sum(increase(http_request_duration_seconds_bucket{method="POST",route="/orders",status!~"5..",le="1"}[28d])) / sum(increase(http_request_duration_seconds_count{method="POST",route="/orders"}[28d]))) / 0.001',
          legend: 'left',
        },
      ],
    },
    {
      title: 'Error budget of decisions that is left of 28 days',
      unit: 'percentunit',
      queries: [
        {
          expr: '1 - (1 - sum(increase(order_decision_seconds_bucket{le="60"}[28d])) / sum(increase(order_decision_seconds_count[28d]))) / 0.01',
          legend: 'left',
        },
      ],
    },
  ],
};
