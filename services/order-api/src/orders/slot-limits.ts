/** Limits of waiting clients, as they are configured. */

/** Most clients that wait at once. */
export interface SlotLimits {
  /** In this process. */
  readonly perProcess: number;
  /** On one order. */
  readonly perOrder: number;
  /** On orders of one user, as far as the orders are claimed and their user is known. */
  readonly perUser: number;
}
