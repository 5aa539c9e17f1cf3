/** Measures how soon the simulator finds each removed safeguard. */

import type { Mutation } from '../mutations/edit.js';
import { MUTATION_VARIABLE } from '../mutations/mutations.js';
import type { Violation, ViolationKind } from '../oracle/violations.js';
import type { Scenario } from '../plan/scenarios.js';
import { type Found, searchInChild } from './search.js';

/** Orders within which a removed safeguard must be found. */
export const ORDERS_BUDGET = 30_000;

/** Result of the search for one mutation. */
export interface Score {
  readonly mutation: Mutation;
  /** The run that found it; undefined when none did within the budget. */
  readonly found?: Found;
  /** POSTs until then. */
  readonly orders: number;
  /** Processor time until then. */
  readonly seconds: number;
}

/** Measures mutations, `jobs` at the same time. Returns their scores in the same order. */
export function measureAll(mutations: readonly Mutation[], jobs: number): readonly Promise<Score>[] {
  const scores = mutations.map((mutation) => ({ mutation, ...Promise.withResolvers<Score>() }));
  const waiting = scores.values();
  const work = async () => {
    for (const { mutation, resolve, reject } of waiting)
      await measure(mutation, 'mutations').then(resolve, reject);
  };
  for (let job = 0; job < jobs; job += 1) void work();
  return scores.map(({ promise }) => promise);
}

/** Runs new seeds without a safeguard until one breaks the promise that the same seed keeps with it. */
async function measure(mutation: Mutation, base: string): Promise<Score> {
  const { scenario = 'swarm', name, behind } = mutation;
  const removed = behind === undefined ? [name] : [name, behind];
  let orders = 0;
  let cpuMs = 0;
  for (let first = 0; orders < ORDERS_BUDGET; ) {
    const result = await searchInChild(
      {
        base,
        scenario,
        first,
        ordersMax: ORDERS_BUDGET - orders,
        job: 0,
        jobs: 1,
        untilFound: true,
      },
      { [MUTATION_VARIABLE]: removed.join(',') },
    );
    orders += result.orders;
    cpuMs += result.cpuMs;
    first += result.runs;
    const [found] = result.found;
    if (!found) break;
    const violations = await newViolations(scenario, found, behind);
    if (violations.length > 0)
      return { mutation, found: { ...found, violations }, orders, seconds: cpuMs / 1_000 };
  }
  return { mutation, orders, seconds: cpuMs / 1_000 };
}

/** The violations that the same run does not have with the safeguard. The one behind it is removed from both. */
async function newViolations(
  scenario: Scenario,
  { seed, violations }: Found,
  behind: string | undefined,
): Promise<readonly Violation[]> {
  // In a process of its own: only one run at a time can have a process's clock and timers.
  const { found } = await searchInChild(
    { base: '', seed, scenario, ordersMax: 1, job: 0, jobs: 1, untilFound: true },
    { [MUTATION_VARIABLE]: behind ?? '' },
  );
  if (behind === undefined) return found.length === 0 ? violations : [];
  const known = new Set(
    found.flatMap((run) => run.violations.map(({ kind, subject }) => `${kind} ${subject}`)),
  );
  return violations.filter(({ kind, subject }) => !known.has(`${kind} ${subject}`));
}

/** One row of the table in Markdown. */
export function toRow({ mutation, found, orders, seconds }: Score): string {
  const cells = [
    `\`${mutation.name}\``,
    mutation.behind === undefined
      ? mutation.safeguard
      : `${mutation.safeguard} (without \`${mutation.behind}\`)`,
    found ? kindsOf(found).join(', ') : '**not found**',
    orders.toLocaleString('en-US'),
    seconds.toFixed(0),
    found ? String(found.seed) : '',
  ];
  return `| ${cells.join(' | ')} |`;
}

/** The table's head in Markdown. */
export const TABLE_HEAD = [
  '| mutation | safeguard that is removed | found as | orders | seconds | seed |',
  '|---|---|---|---|---|---|',
];

function kindsOf({ violations }: Found): ViolationKind[] {
  return [...new Set(violations.map(({ kind }) => kind))];
}
