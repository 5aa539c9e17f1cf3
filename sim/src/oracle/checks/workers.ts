/** Workers, operators and the reconciler: each stays within what it may do. */
import type { Check, Violation } from '../violations.js';

/** Finds decisions by an earlier claim, and orders taken from a worker whose lease lasted. */
export const findUnfenced: Check = ({ orders, decisions, brokenLeases }) => {
  const attempts = new Map(orders.map(({ order_id, attempt }) => [order_id, attempt]));
  return [
    ...decisions.flatMap(({ orderId, attempt }): Violation[] => {
      const latest = attempts.get(orderId);
      if (latest === attempt) return [];
      return [{ kind: 'fence', subject: orderId, detail: `decided in attempt ${attempt} of ${latest}` }];
    }),
    ...brokenLeases.map(
      (subject): Violation => ({
        kind: 'fence',
        subject,
        detail: 'was taken from a worker whose lease lasted',
      }),
    ),
  ];
};

/** Finds lost messages without an incident that lost them. */
export const findOrphans: Check = ({ orphans }) =>
  orphans.map(
    (subject): Violation => ({ kind: 'orphaned', subject, detail: 'had to be freed from its record' }),
  );

/** No more messages reach the dead-letter queue than may. */
export const findDeadLettered: Check = ({ deadLetters: { count, max } }) =>
  count <= max
    ? []
    : [{ kind: 'dead-lettered', subject: 'order-dlq', detail: `${count} messages came, and ${max} may` }];

/** A dead letter names the first error of its order. */
export const findMisreported: Check = ({ deadLetterErrors }) =>
  deadLetterErrors.flatMap(({ orderId, reported, noted }): Violation[] =>
    noted === undefined || reported === noted
      ? []
      : [{ kind: 'misreported', subject: orderId, detail: `says ${reported}, and the first was ${noted}` }],
  );

/** Of all processors one reconciles, once in an interval, and reads no more in a pass than its rate allows. */
export const findCostlyPasses: Check = ({ passes, passUnits }) => [
  ...(passes.count <= passes.max
    ? []
    : [costly(`looked ${passes.count} times, and ${passes.max} times it may`)]),
  ...(passUnits.count <= passUnits.max
    ? []
    : [costly(`read ${passUnits.count} units in a pass, and ${passUnits.max} it may`)]),
];

function costly(detail: string): Violation {
  return { kind: 'costly', subject: 'reconciler', detail };
}

/** Every error is handled. */
export const findUnhandled: Check = ({ unhandled }) =>
  unhandled.map((detail): Violation => ({ kind: 'unhandled', subject: 'process', detail }));
