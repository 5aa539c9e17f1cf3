/**
 * The scorecard: each feature adds points, which grow in a straight line from none at `from` to its whole weight at
 * `full`, and the score is their sum, cut at 1. Every point can be explained, and no feature can hide another.
 */

/** Conversion of one feature to points. `full` below `from` means that small values are suspicious. */
export interface Scale {
  /** The value up to which the feature adds nothing. */
  readonly from: number;
  /** The value from which the feature adds its whole weight. */
  readonly full: number;
  /** Points at most, from 0 to 1. */
  readonly weight: number;
}

/** The features, in the order in which they are reported. */
export const FEATURES = ['amount', 'velocity', 'quantity', 'account_age'] as const;

/** Feature of the scorecard. */
export type Feature = (typeof FEATURES)[number];

/** The weights, limits and threshold. */
export interface Scorecard {
  readonly scales: Readonly<Record<Feature, Scale>>;
  /** The score from which an order is rejected. */
  readonly rejectFrom: number;
  /** Window in which orders are counted for the velocity, in milliseconds. */
  readonly velocityWindowMs: number;
}

/** Feature values of an order. */
export interface OrderFeatures {
  /** Total in the minor unit of `currency`. */
  readonly amount: number;
  readonly currency: string;
  /** Orders of the user within the window, this one included; undefined where they could not be counted. */
  readonly velocity: number | undefined;
  /** Pieces over all lines. */
  readonly quantity: number;
  /** Age of the account when the order was placed, in milliseconds; undefined where it is not known. */
  readonly accountAgeMs: number | undefined;
}

/** Points added by one feature. */
export interface Contribution {
  readonly feature: Feature;
  /** The feature's value, 0 where it is unknown. */
  readonly value: number;
  readonly points: number;
  /** One sentence for people. */
  readonly explanation: string;
}

/** The score with its reasons. */
export interface Verdict {
  /** From 0 to 1. */
  readonly score: number;
  readonly decision: 'ACCEPT' | 'REJECT';
  readonly contributions: readonly Contribution[];
}

const MS_PER_DAY = 86_400_000;

const UNKNOWN = {
  velocity: 'velocity adds nothing: recent orders of the user could not be counted',
  account_age: 'account_age adds nothing: it is not known when the account was opened',
} as const;

/** Scores one order. */
export function decideFraud(order: OrderFeatures, card: Scorecard): Verdict {
  const { amount, currency, velocity, quantity, accountAgeMs } = order;
  const window = `${card.velocityWindowMs / 1_000} s`;
  const contributions = [
    weigh('amount', amount, `in the minor unit of ${currency}`, card),
    velocity === undefined
      ? unknown('velocity')
      : weigh('velocity', velocity, `orders of the user within ${window}`, card),
    weigh('quantity', quantity, 'pieces', card),
    accountAgeMs === undefined
      ? unknown('account_age')
      : weigh('account_age', Math.max(0, accountAgeMs) / MS_PER_DAY, 'days', card),
  ];
  const sum = contributions.reduce((total, { points }) => total + points, 0);
  const score = Math.min(1, round(sum));
  return { score, decision: score >= card.rejectFrom ? 'REJECT' : 'ACCEPT', contributions };
}

function unknown(feature: keyof typeof UNKNOWN): Contribution {
  return { feature, value: 0, points: 0, explanation: UNKNOWN[feature] };
}

function weigh(feature: Feature, value: number, unit: string, card: Scorecard): Contribution {
  const { from, full, weight } = card.scales[feature];
  const [none, all] = full < from ? ['from', 'up to'] : ['up to', 'from'];
  return {
    feature,
    value: round(value),
    points: round(weight * share(value, from, full)),
    explanation: `${feature} is ${round(value)} ${unit}: nothing ${none} ${from}, ${weight} points ${all} ${full}`,
  };
}

/** Returns the position of a value between `from` and `full`, within [0, 1]. */
function share(value: number, from: number, full: number): number {
  return Math.min(1, Math.max(0, (value - from) / (full - from)));
}

/** Four decimals are enough to read, and keep sums of decimal weights exact: 0.3 + 0.3 + 0.2 reaches 0.8. */
function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
