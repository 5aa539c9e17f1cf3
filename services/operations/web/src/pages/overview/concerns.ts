/** Decides what on the overview needs an operator's attention. */
import {
  BreakerState,
  type WatchPipelineResponse,
} from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { withNoun } from '../../format/number.js';
import { formatAge } from '../../format/time.js';
import type { Tone } from '../../format/words.js';

/** One thing to look at. */
export interface Concern {
  readonly tone: Tone;
  readonly text: string;
  /** Page to go to. */
  readonly href?: string;
}

/** An order that is older than this and not final has been delayed, in seconds. */
const OLD_SECONDS = 60;

/** Returns what needs attention, the most serious first. */
export function findConcerns(snapshot: WatchPipelineResponse): Concern[] {
  const { services, breakers, deadLetters = 0, oldestAgeSeconds = 0 } = snapshot;
  const broken = services.filter(({ ready }) => !ready);
  const open = breakers.filter(({ state }) => state === BreakerState.OPEN);
  return [
    ...broken.map(
      ({ name, problem }): Concern => ({
        tone: 'danger',
        text: `${name} is not ready${problem ? `: ${problem}` : ''}`,
      }),
    ),
    ...[...new Set(open.map(({ dependency }) => dependency))].map(
      (dependency): Concern => ({
        tone: 'danger',
        text: `The circuit breaker of ${dependency} is open: processing pauses until ${dependency} answers`,
      }),
    ),
    ...(deadLetters > 0
      ? [
          {
            tone: 'warn',
            text: `${withNoun(deadLetters, 'dead letter')} to look at`,
            href: '/dead-letters',
          } as const,
        ]
      : []),
    ...(oldestAgeSeconds > OLD_SECONDS
      ? [
          {
            tone: 'warn',
            text: `The oldest open order has waited for ${formatAge(oldestAgeSeconds * 1_000)}`,
            href: '/orders?status=PENDING,PROCESSING',
          } as const,
        ]
      : []),
  ];
}
