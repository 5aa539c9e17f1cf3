/** Makes the plan of a seed: each run has a random subset of all faults ("swarm testing", Groce et al. 2012). */
import { chance, createRandom, integer, logUniform, type Random } from '../kernel/random.js';
import { planClients, planStock } from './clients.js';
import { FAULTS_OF, type FaultWindow, type Target } from './faults.js';
import type { Focus } from './focus.js';
import { INCIDENT_KINDS, planIncidents } from './incidents.js';
import type { Plan } from './plan.js';

const HOUR_MS = 3_600_000;

/** From the end of the faults until every order must be final. */
const LIVENESS_BOUND_MS = 2 * HOUR_MS;

/** Faults begin after the stock is in place. */
const FAULTS_FROM_MS = 2_000;

/** Creates the plan of a seed, of which `focus` fixes a part. */
export function createPlan(seed: number, focus: Focus = {}): Plan {
  const random = createRandom(seed, 'plan');
  const clients = integer(random, 12, 60);
  const durationMs = focus.durationMs ?? Math.round(logUniform(random, 5_000, 120_000));
  const faultsEndMs = FAULTS_FROM_MS + durationMs + integer(random, 10_000, 90_000);
  const machines = {
    api: integer(random, 1, 2),
    processor: integer(random, 1, 3),
    scoring: integer(random, 1, 3),
  };
  const incidents = focus.incidents ?? subset(random, INCIDENT_KINDS, random() * 0.6);
  return {
    seed,
    machines,
    stock: planStock(clients),
    clients: planClients(seed, clients, durationMs, {
      keyed: random(),
      reusing: random() * 0.6,
      cancelling: random() * 0.3,
      declined: random() * 0.2,
      scarce: random() * 0.4,
      ...focus.traits,
    }),
    incidents: planIncidents(seed, incidents, {
      machines,
      clients,
      fromMs: FAULTS_FROM_MS,
      toMs: faultsEndMs,
    }),
    windows: focus.faults
      ? focus.faults.map((fault) => ({ ...fault, from: FAULTS_FROM_MS, to: faultsEndMs }))
      : planWindows(random, faultsEndMs),
    queueFaults: focus.queueFaults ?? {
      notHidden: chance(random, 0.4) ? logUniform(random, 0.01, 0.3) : 0,
      undeleted: chance(random, 0.4) ? logUniform(random, 0.01, 0.3) : 0,
    },
    archivedOrders: focus.archivedOrders ?? 0,
    settings: focus.settings ?? {},
    partitionLimits: false,
    faultsEndMs,
    deadlineMs: faultsEndMs + LIVENESS_BOUND_MS,
  };
}

function planWindows(random: Random, endMs: number): FaultWindow[] {
  const density = random() * 0.45;
  const all = Object.entries(FAULTS_OF).flatMap(([target, faults]) =>
    faults.map((fault) => ({ target: target as Target, fault })),
  );
  return subset(random, all, density).map((kind): FaultWindow => {
    const whole = chance(random, 0.4);
    const from = whole ? FAULTS_FROM_MS : FAULTS_FROM_MS + random() * (endMs - FAULTS_FROM_MS);
    const to = whole ? endMs : Math.min(endMs, from + logUniform(random, 1_000, 60_000));
    return {
      ...kind,
      from,
      to,
      share: logUniform(random, 0.01, 0.5),
      delayMs: logUniform(random, 200, 60_000),
    };
  });
}

function subset<T>(random: Random, all: readonly T[], share: number): T[] {
  return all.filter(() => chance(random, share));
}
