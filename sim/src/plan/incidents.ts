/** Incidents and their times. */
import { chance, createRandom, integer, logUniform, pick, type Random } from '../kernel/random.js';
import type { Incident, Plan } from './plan.js';

/** An incident before it has a number. */
type Unnumbered<T> = T extends unknown ? Omit<T, 'id' | 'at'> : never;

/** Scope of incidents. */
export interface IncidentScope {
  readonly machines: Plan['machines'];
  readonly fromMs: number;
  readonly toMs: number;
  readonly clients: number;
}

/** A kind of incident: how often it happens in a run that has it, and how one is made. */
interface IncidentKind {
  readonly max: number;
  readonly create: (random: Random, scope: IncidentScope, nth: number) => Unnumbered<Incident>;
}

const KINDS: Readonly<Record<string, IncidentKind>> = {
  crash: {
    max: 5,
    create: (random, scope) => ({
      kind: 'crash',
      machine: anyMachine(random, scope),
      downMs: logUniform(random, 100, 60_000),
    }),
  },
  terminate: {
    max: 2,
    create: (random, scope) => ({ kind: 'terminate', machine: anyMachine(random, scope) }),
  },
  pause: {
    max: 4,
    create: (random, scope) => ({
      kind: 'pause',
      machine: anyMachine(random, scope),
      forMs: logUniform(random, 50, 3_600_000),
    }),
  },
  'short-pause': {
    max: 8,
    create: (random, scope) => ({
      kind: 'pause',
      machine: anyMachine(random, scope),
      forMs: logUniform(random, 500, 40_000),
    }),
  },
  clock: {
    max: 3,
    create: (random, scope) => ({
      kind: 'clock',
      machine: pick(random, [...machinesOf(scope, 'processor'), ...machinesOf(scope, 'scoring')]),
      offsetMs: (chance(random, 0.5) ? 1 : -1) * logUniform(random, 20, 120_000),
      driftMsPerSecond: chance(random, 0.3) ? random() * 2 - 1 : 0,
    }),
  },
  'redis-flush': { max: 4, create: () => ({ kind: 'redis-flush' }) },
  'redis-outage': {
    max: 2,
    create: (random) => ({ kind: 'redis-outage', forMs: logUniform(random, 500, 60_000) }),
  },
  'gateway-outage': {
    max: 1,
    create: (random) => ({ kind: 'gateway-outage', forMs: logUniform(random, 2_000, 600_000) }),
  },
  lapse: { max: 3, create: () => ({ kind: 'lapse', share: 0.5 }) },
  'dead-letters-lost': { max: 2, create: () => ({ kind: 'dead-letters-lost' }) },
  redrive: { max: 3, create: (random) => ({ kind: 'redrive', ...operatorCrash(random) }) },
  'many-redrives': { max: 20, create: (random) => ({ kind: 'redrive', ...operatorCrash(random) }) },
  fail: {
    max: 4,
    create: (random, { clients }) => ({
      kind: 'fail',
      client: integer(random, 0, clients - 1),
      ...operatorCrash(random),
    }),
  },
  cancel: {
    max: 4,
    create: (random, { clients }) => ({
      kind: 'cancel',
      client: integer(random, 0, clients - 1),
      ...operatorCrash(random),
    }),
  },
  resume: {
    max: 4,
    create: (random, { clients }) => ({
      kind: 'resume',
      client: integer(random, 0, clients - 1),
      ...operatorCrash(random),
    }),
  },
  charge: {
    max: 8,
    create: (random) => ({
      kind: 'charge',
      terminals: chance(random, 0.4) ? 2 : 1,
      ...operatorCrash(random),
    }),
  },
  refund: { max: 8, create: planRefund },
  'many-refunds': { max: 30, create: planRefund },
};

/** Few clients, so that refunds of one order meet. */
function planRefund(random: Random, { clients }: IncidentScope): Unnumbered<Incident> {
  return {
    kind: 'refund',
    client: integer(random, 0, Math.ceil(clients / 4)),
    ...(chance(random, 0.7) && { share: 0.05 + 0.95 * random() }),
    restock: chance(random, 0.4),
    terminals: chance(random, 0.3) ? 2 : 1,
    ...operatorCrash(random),
  };
}

/** A quarter of the operators' commands die. */
function operatorCrash(random: Random): { crashAfterMs?: number } {
  return chance(random, 0.25) ? { crashAfterMs: logUniform(random, 2, 2_000) } : {};
}

/** The kinds of incidents that a run can have. */
export const INCIDENT_KINDS: readonly string[] = [...Object.keys(KINDS), 'restock'];

/** Plans incidents of the kinds. */
export function planIncidents(seed: number, kinds: readonly string[], scope: IncidentScope): Incident[] {
  const planned = kinds.flatMap((kind) => {
    const random = createRandom(seed, `incidents/${kind}`);
    const at = () => Math.round(scope.fromMs + random() * (scope.toMs - scope.fromMs));
    if (kind === 'restock') return planRestocks(random, at);
    const { max, create } = KINDS[kind] as IncidentKind;
    return Array.from({ length: integer(random, 1, max) }, (_, nth) => ({
      at: at(),
      ...create(random, scope, nth),
    }));
  });
  return planned.map((incident, id) => ({ id, ...incident }) as Incident);
}

/** Deliveries, each of which may be reported again, any time later. */
function planRestocks(random: Random, at: () => number): ({ at: number } & Unnumbered<Incident>)[] {
  return Array.from({ length: integer(random, 2, 4) }, (_, nth) => nth).flatMap((nth) => {
    const delivery = {
      kind: 'restock' as const,
      sku: pick(random, ['MUG', 'LAMP']),
      deliveryId: `delivery-${nth}`,
      quantity: integer(random, 1, 9),
    };
    return Array.from({ length: integer(random, 1, 3) }, () => ({ at: at(), ...delivery }));
  });
}

function machinesOf({ machines }: IncidentScope, kind: keyof Plan['machines']): string[] {
  return Array.from({ length: machines[kind] }, (_, index) => `${kind}-${index + 1}`);
}

function anyMachine(random: Random, scope: IncidentScope): string {
  const kind = pick(random, ['processor', 'processor', 'scoring', 'scoring', 'api'] as const);
  return pick(random, machinesOf(scope, kind));
}
