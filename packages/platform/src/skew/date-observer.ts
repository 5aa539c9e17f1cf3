/** Observation of the dates of AWS responses. */
import type { Clock } from '../clock.js';
import type { DatedResponse } from './decide.js';

/** Receives the date of every response. */
export interface DateObserver {
  readonly clock: Clock;
  readonly onResponse: (response: DatedResponse) => void;
}
