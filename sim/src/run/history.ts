/** Collects what a run looked like from outside, and what it left behind. */
import { ORDER_DLQ } from '@order-pipeline/contracts/queues';
import type { History, LedgerView } from '../oracle/history.js';
import { countStock } from '../oracle/stock.js';
import { recordsOf } from './records.js';
import { toReturnedDeliveries } from './returns.js';
import type { SimSystem } from './system.js';

/** Returns the history of a run that has ended. */
export function toHistory(system: SimSystem): History {
  const { cloud, recorder, plan } = system;
  const stock = cloud.database.table('inventory').items;
  const deliveries = new Map(
    plan.incidents.flatMap((incident) =>
      incident.kind === 'restock' ? [[incident.deliveryId, incident] as const] : [],
    ),
  );
  return {
    posts: recorder.posts,
    sightings: recorder.sightings,
    unhandled: recorder.unhandled,
    orders: recordsOf(system),
    ledger: cloud.database.table('payments').items as unknown as readonly LedgerView[],
    stock: countStock(stock).map((count) => ({
      ...count,
      lowest: Math.min(count.available, ...lowestOf(cloud.watch.lowestStock, count.sku)),
    })),
    initial: Object.fromEntries(plan.stock.map(({ sku, quantity }) => [sku, quantity])),
    delivered: [...deliveries.values(), ...toReturnedDeliveries(system)],
    journal: cloud.gateway.journal,
    published: cloud.published,
    sent: cloud.sqs.journal,
    claimedAt: cloud.watch.claimedAt,
    rewritten: cloud.watch.rewritten,
    ledgerMoves: cloud.watch.ledgerMoves,
    stockUnitsMax: cloud.watch.stockUnitsMax,
    passes: { count: cloud.watch.passes.length, max: passesMax(system) },
    passUnits: { count: Math.ceil(cloud.watch.passUnitsMax), max: passUnitsMax(system) },
    deadLetterErrors: cloud.deadLetterErrors,
    deadLetters: {
      count: cloud.sqs.queue(ORDER_DLQ.name).arrivals,
      max: plan.deadLettersMax ?? Number.POSITIVE_INFINITY,
    },
    orphans: recorder.orphans,
    decisions: cloud.decisions,
    brokenLeases: cloud.watch.brokenLeases,
  };
}

function lowestOf(lowest: ReadonlyMap<string, number>, sku: string): number[] {
  return [...lowest].flatMap(([key, pieces]) => (key === sku || key.startsWith(`${sku}#`) ? [pieces] : []));
}

/** RECONCILE_INTERVAL_MS by default, and the shortest pause between two passes as a part of it. */
const RECONCILE_INTERVAL_MS = 300_000;
const SHORTEST_PAUSE = 0.75;

/** Whatever stops or misleads a leader may let another one look, too. */
function passesMax({ cloud, plan }: SimSystem): number {
  const unsettling = plan.incidents.filter(({ kind }) =>
    ['crash', 'terminate', 'pause', 'clock'].includes(kind),
  );
  return Math.ceil(cloud.world.now / (RECONCILE_INTERVAL_MS * SHORTEST_PAUSE)) + unsettling.length;
}

/** RECONCILE_READ_UNITS by default. */
const READ_UNITS_PER_SECOND = 50;

/** Units of the largest page of a scan, 1 MiB, and more than those of the inventory as a whole. */
const PAGE_UNITS = 129;
const INVENTORY_UNITS = 50;

/** A pass may go over its budget by one page. A leader that was paused may read alongside the next one. */
function passUnitsMax({ plan: { settings } }: SimSystem): number {
  const rate = Number(settings.RECONCILE_READ_UNITS ?? READ_UNITS_PER_SECOND);
  return 2 * ((rate * RECONCILE_INTERVAL_MS) / 1_000 + PAGE_UNITS + INVENTORY_UNITS);
}
