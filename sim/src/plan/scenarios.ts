/** Plans: random ones, and those of one situation in which more is promised than that nothing breaks. */
import { chance, createRandom, integer, pick } from '../kernel/random.js';
import { planClients, planStock } from './clients.js';
import { FOCUSES, type Focus } from './focus.js';
import { createPlan } from './generate.js';
import type { Incident, Plan } from './plan.js';

/** The names of the scenarios. */
export const SCENARIOS = [
  'swarm',
  'gateway-outage',
  'scoring-outage',
  'clock-skew',
  'late-payments',
  'key-races',
  'dead-letters',
  'lost-letters',
  'lost-events',
  'refunds',
  'hot-sku',
  'big-tables',
] as const;

/** A kind of plan. */
export type Scenario = (typeof SCENARIOS)[number];

const MINUTE_MS = 60_000;

/** Creates the plan of a seed. */
export function planOf(scenario: Scenario, seed: number): Plan {
  if (scenario === 'gateway-outage')
    return createQuietPlan(seed, 35, [
      { id: 0, at: 2 * MINUTE_MS, kind: 'gateway-outage', forMs: 30 * MINUTE_MS },
    ]);
  if (scenario === 'scoring-outage')
    return createQuietPlan(
      seed,
      35,
      [1, 2].map((nth) => {
        const crash = { kind: 'crash', machine: `scoring-${nth}`, downMs: 30 * MINUTE_MS } as const;
        return { id: nth, at: 2 * MINUTE_MS, ...crash };
      }),
      4,
    );
  if (scenario === 'clock-skew')
    return createQuietPlan(seed, 3, [
      { id: 0, at: 1_500, kind: 'clock', machine: 'processor-1', offsetMs: -MINUTE_MS, driftMsPerSecond: 0 },
    ]);
  return createPlan(seed, scenario === 'swarm' ? focusOf(seed) : FOCUSES[scenario]);
}

/** Share of a swarm's runs that are focused on one part of the protocol. */
const FOCUSED_SHARE = 0.2;

function focusOf(seed: number): Focus {
  const random = createRandom(seed, 'focus');
  return chance(random, FOCUSED_SHARE) ? pick(random, Object.values<Focus>(FOCUSES)) : {};
}

/** A run whose incidents are these alone, and in which no order may reach the dead-letter queue. */
function createQuietPlan(seed: number, minutes: number, incidents: readonly Incident[], processor = 2): Plan {
  const random = createRandom(seed, 'quiet');
  const count = integer(random, 40, 80);
  const faultsEndMs = minutes * MINUTE_MS;
  return {
    seed,
    machines: { api: 1, processor, scoring: 2 },
    stock: planStock(count),
    clients: planClients(seed, count, faultsEndMs - MINUTE_MS, {
      keyed: 0.3,
      reusing: 0,
      cancelling: 0,
      declined: 0.1,
      scarce: 0.1,
    }),
    incidents,
    windows: [],
    queueFaults: { notHidden: 0, undeleted: 0 },
    archivedOrders: 0,
    settings: {},
    partitionLimits: false,
    faultsEndMs,
    deadlineMs: faultsEndMs + 60 * MINUTE_MS,
    deadLettersMax: 0,
  };
}
