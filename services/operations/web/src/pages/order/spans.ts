/** Places the steps of an attempt on one scale. */
import type { Attempt, TimelineStep } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { toMs } from '../../api/times.js';

/** A step on the scale of its attempt. */
export interface StepSpan {
  readonly step: TimelineStep;
  /** Start, as a share of the attempt's time, 0 to 1. */
  readonly from: number;
  /** Length, as a share of the attempt's time, 0 to 1. */
  readonly length: number;
}

/** The steps of an attempt and how long it took from the first start to the last end, in milliseconds. */
export interface AttemptSpans {
  readonly totalMs: number;
  readonly spans: readonly StepSpan[];
}

/** Lays out the steps in the order in which they began: each ends at its time and began its duration before. */
export function layOut({ claimedAt, steps }: Attempt): AttemptSpans {
  const claimed = toMs(claimedAt);
  const timed = steps
    .map((step) => {
      const end = toMs(step.at) ?? claimed ?? 0;
      return { step, end, start: end - step.durationMs };
    })
    .toSorted((one, two) => one.start - two.start);
  const start = Math.min(claimed ?? Number.POSITIVE_INFINITY, ...timed.map((each) => each.start));
  const end = Math.max(start, ...timed.map((each) => each.end));
  const totalMs = end - start;
  const share = (milliseconds: number) => (totalMs > 0 ? milliseconds / totalMs : 0);
  return {
    totalMs,
    spans: timed.map((each) => ({
      step: each.step,
      from: share(each.start - start),
      length: share(each.end - each.start),
    })),
  };
}
