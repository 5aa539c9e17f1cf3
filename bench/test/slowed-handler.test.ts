/** A deliberately slowed handler is visible in the figures of real processes, and in the budgets computed from them. */
import { expect, test } from '@jest/globals';
import { toBudgets } from '../src/accept/scenario.js';
import type { AcceptTarget } from '../src/accept/variants.js';
import { holds } from '../src/scenario.js';

const DIST = '../dist/accept/variants.js';

test('more CPU time for an order misses the budget', () => {
  const sample = (cpuUs: number) => ({ cpuUs, perSecond: 1, p50Ms: 1, p99Ms: 1 });
  const budgetOf = (own: number[]) =>
    toBudgets(
      '64 connections',
      new Map([
        ['order-api', own.map(sample)],
        ['bare express', [30, 60, 30].map(sample)],
      ]),
    ).map((budget) => [budget.value, holds(budget)]);
  // The second round met a busy machine: its ratio counts, not its figure.
  expect(budgetOf([57, 114, 57])).toEqual([[1.9, true]]);
  expect(budgetOf([57 * 1.2, 114 * 1.2, 57 * 1.2])).toEqual([[expect.closeTo(2.28), false]]);
  expect(budgetOf([])).toEqual([[Number.NaN, false]]);
});

test('processes that do more for a request are measured to take more', async () => {
  const { startBare } = (await import(DIST)) as typeof import('../src/accept/variants.js');
  const options = { quick: true, latency: undefined, baseline: undefined, say: () => undefined };
  const targets: AcceptTarget[] = [];
  try {
    targets.push(await startBare('bare express', 'express', options));
    targets.push(await startBare('slowed', 'slowed', options));
    const load = { connections: 8, requests: 500, tokens: 'warm', keys: false } as const;
    const cpuOf: number[] = [];
    for (const target of [...targets, ...targets]) cpuOf.push((await target.run(load)).cpuUs);
    // Fifteen hundred digests cost more than the rest of the request.
    expect(cpuOf[3]).toBeGreaterThan(2 * (cpuOf[2] ?? 0));
  } finally {
    await Promise.all(targets.map((target) => target.stop()));
  }
});
