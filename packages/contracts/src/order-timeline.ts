/**
 * The timeline of an order: one entry for each attempt, appended by the claim and completed by the decision. Both writes
 * happen anyway, and the entries are short, so that the timeline costs no write unit.
 */

/** A step of an attempt that was timed. */
export type TracedStep = 'reserve' | 'score' | 'authorize' | 'decide';

/**
 * One step: its kind, its start after the claim and its length in milliseconds, and its result: the outcome of the call,
 * the status that was decided, or the code of an error.
 */
export type StepTrace = readonly [kind: TracedStep, afterMs: number, tookMs: number, result: string];

/** One attempt. Without steps and error it reached no end: its worker died, or is still at it. */
export interface AttemptTrace {
  /** Time of the claim, epoch milliseconds. */
  readonly at: number;
  readonly steps?: readonly StepTrace[];
  /** Error that ended the attempt. */
  readonly error?: string;
}
