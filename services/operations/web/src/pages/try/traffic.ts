/** Orders that were placed from this page. They go on being placed and followed while the viewer looks elsewhere. */
import { Outcome, type PlacedOrder } from '@order-pipeline/contracts/gen/operations/v1/local_lab_pb';
import { lab } from '../../api/clients.js';
import { describeError } from '../../api/errors.js';
import { Store, useStore } from '../../api/store.js';

/** Orders that are kept to be followed. */
const KEPT = 1_000;

/** A run of placing orders. */
export interface TrafficRun {
  readonly id: number;
  readonly outcome: Outcome;
  readonly count: number;
  readonly accepted: number;
  readonly refused: number;
  readonly isFinished: boolean;
  /** Cause of orders that were not placed; empty where all were. */
  readonly problem: string;
}

/** Orders that were placed. */
export interface TrafficView {
  /** The latest run; undefined before the first one. */
  readonly run: TrafficRun | undefined;
  /** The newest first. */
  readonly placed: readonly PlacedOrder[];
}

const store = new Store<TrafficView>({ run: undefined, placed: [] });
let stop: AbortController | undefined;

/** Places orders; `rate` a second, or as fast as the API takes them. */
export async function placeOrders(outcome: Outcome, count: number, rate = 0): Promise<void> {
  stop = new AbortController();
  const { signal } = stop;
  const id = (store.value.run?.id ?? 0) + 1;
  const begin: TrafficRun = { id, outcome, count, accepted: 0, refused: 0, isFinished: false, problem: '' };
  const update = (part: Partial<TrafficRun>, placed: readonly PlacedOrder[] = []) => {
    const run = store.value.run?.id === id ? { ...store.value.run, ...part } : store.value.run;
    store.set({ run, placed: [...placed.toReversed(), ...store.value.placed].slice(0, KEPT) });
  };
  store.set({ ...store.value, run: begin });
  try {
    for await (const progress of lab.placeOrders({ outcome, count, rate }, { signal })) {
      const { accepted, refused, problem, finished } = progress;
      update({ accepted, refused, problem, isFinished: finished }, progress.placed);
    }
    update({ isFinished: true });
  } catch (error) {
    update({ isFinished: true, problem: signal.aborted ? '' : describeError(error).detail });
  }
}

/** Stops placing orders. Those that were accepted go on. */
export function stopPlacing(): void {
  stop?.abort();
}

/** Returns what was placed; the component renders again with each order. */
export function useTraffic(): TrafficView {
  return useStore(store);
}

/** Names of the outcomes, and what makes an order have them. */
export const OUTCOMES: readonly { outcome: Outcome; label: string; how: string }[] = [
  { outcome: Outcome.COMPLETED, label: 'Completed', how: 'In stock, paid, sold' },
  { outcome: Outcome.OUT_OF_STOCK, label: 'Out of stock', how: 'More pieces than there are' },
  { outcome: Outcome.UNKNOWN_SKU, label: 'Unknown SKU', how: 'An item that does not exist' },
  { outcome: Outcome.AMOUNT_MISMATCH, label: 'Amount mismatch', how: 'A total that the price list denies' },
  { outcome: Outcome.FRAUD_SUSPECTED, label: 'Fraud suspected', how: 'A sum far above the usual' },
  { outcome: Outcome.PAYMENT_DECLINED, label: 'Payment declined', how: 'A card that the provider declines' },
  {
    outcome: Outcome.AUTHENTICATION_REQUIRED,
    label: 'Authentication required',
    how: 'A card that needs 3-D Secure',
  },
  { outcome: Outcome.CANCELLED, label: 'Cancelled', how: 'Cancelled before it is decided' },
  {
    outcome: Outcome.DEAD_LETTER,
    label: 'Dead letter',
    how: 'Its attempts are exhausted; a redrive completes it',
  },
];

/** Returns the name of an outcome. */
export function labelOfOutcome(outcome: Outcome): string {
  return OUTCOMES.find((each) => each.outcome === outcome)?.label ?? 'Mixed';
}
