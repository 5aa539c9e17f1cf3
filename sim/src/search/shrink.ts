/** Finds the smallest subset of a failing run that still fails in the same way (Zeller and Hildebrandt, ddmin). */
import type { Violation, ViolationKind } from '../oracle/violations.js';
import type { Plan, PlannedClient } from '../plan/plan.js';

/** A shrunk run: a subset of the plan, and the faults that may happen. */
export interface Subset {
  readonly plan: Plan;
  readonly allowed: ReadonlySet<string>;
}

/** Runs a subset and returns what is wrong. */
export type RunSubset = (
  subset: Subset,
) => Promise<{ violations: readonly Violation[]; fired: readonly string[] }>;

/** Limits of a search for the smallest subset. */
export interface ShrinkOptions {
  readonly kind: ViolationKind;
  /** Returns true while there is time left. */
  readonly mayGoOn: () => boolean;
}

/** Something that can be left out of a run. */
type Element =
  | { readonly kind: 'client' | 'incident'; readonly id: number }
  | { readonly kind: 'fault'; readonly name: string };

/** Returns the smallest failing subset that was found. `fired` names the faults of the whole run. */
export async function shrink(
  plan: Plan,
  fired: readonly string[],
  run: RunSubset,
  options: ShrinkOptions,
): Promise<Subset> {
  const fails = async (subset: Subset) =>
    (await run(subset)).violations.some(({ kind }) => kind === options.kind);
  const whole: Subset = { plan, allowed: new Set(fired) };
  let elements = elementsOf(whole);
  elements = await minimize(elements, (kept) => fails(toSubset(whole, kept)), options.mayGoOn);
  const subset = toSubset(whole, elements);
  return simplify(subset, fails, options.mayGoOn);
}

function elementsOf({ plan, allowed }: Subset): Element[] {
  return [
    ...[...allowed].map((name): Element => ({ kind: 'fault', name })),
    ...plan.incidents.map(({ id }): Element => ({ kind: 'incident', id })),
    ...plan.clients.map(({ id }): Element => ({ kind: 'client', id })),
  ];
}

function toSubset({ plan }: Subset, elements: readonly Element[]): Subset {
  const ids = (kind: 'client' | 'incident') =>
    new Set(elements.flatMap((element) => (element.kind === kind ? [element.id] : [])));
  const [clients, incidents] = [ids('client'), ids('incident')];
  return {
    plan: {
      ...plan,
      clients: plan.clients.filter(({ id }) => clients.has(id)),
      incidents: plan.incidents.filter(({ id }) => incidents.has(id)),
    },
    allowed: new Set(elements.flatMap((element) => (element.kind === 'fault' ? [element.name] : []))),
  };
}

/** Removes ever smaller chunks for as long as the rest fails. */
async function minimize<T>(
  all: readonly T[],
  fails: (kept: readonly T[]) => Promise<boolean>,
  mayGoOn: () => boolean,
): Promise<T[]> {
  let kept = [...all];
  for (let size = Math.ceil(kept.length / 2); size >= 1; ) {
    let removed = false;
    for (let from = 0; from < kept.length && mayGoOn(); ) {
      const rest = kept.toSpliced(from, size);
      if (rest.length < kept.length && (await fails(rest))) {
        kept = rest;
        removed = true;
      } else from += size;
    }
    if (!mayGoOn()) break;
    if (size === 1 && !removed) break;
    size = size === 1 ? 1 : Math.ceil(size / 2);
  }
  return kept;
}

/** Removes what clients do besides ordering, and machines. */
async function simplify(
  subset: Subset,
  fails: (subset: Subset) => Promise<boolean>,
  mayGoOn: () => boolean,
): Promise<Subset> {
  let best = subset;
  for (const candidate of simplifications) {
    for (const plan of candidate(best.plan)) {
      if (!mayGoOn()) return best;
      const next = { ...best, plan };
      if (await fails(next)) best = next;
    }
  }
  return best;
}

const EXTRAS = ['reuse', 'repeatAfterMs', 'cancelAfterMs'] as const;

const simplifications: readonly ((plan: Plan) => Plan[])[] = [
  (plan) =>
    (['api', 'processor', 'scoring'] as const)
      .filter((role) => plan.machines[role] > 1)
      .map((role) => ({ ...plan, machines: { ...plan.machines, [role]: 1 } })),
  ...EXTRAS.map(
    (extra) => (plan: Plan) => plan.clients.map(({ id }) => changeClient(plan, id, without(extra))),
  ),
  (plan) =>
    plan.clients.map(({ id }) => changeClient(plan, id, (client) => ({ ...client, followed: false }))),
  (plan) =>
    plan.clients.map(({ id }) => changeClient(plan, id, (client) => ({ ...client, tries: 1, posts: 1 }))),
];

function without(extra: (typeof EXTRAS)[number]) {
  return ({ [extra]: _removed, ...rest }: PlannedClient): PlannedClient => rest;
}

function changeClient(plan: Plan, id: number, change: (client: PlannedClient) => PlannedClient): Plan {
  return { ...plan, clients: plan.clients.map((client) => (client.id === id ? change(client) : client)) };
}
