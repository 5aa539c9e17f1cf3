/** The process has more to do than it can. */
import { ProblemError } from '../http/problem.js';

/** An order that was rejected before any work on it. Not logged as an error: it is how overload is met. */
export class OverloadedError extends ProblemError {
  constructor() {
    super(
      'unavailable',
      'Too many orders at once. Nothing was ordered by this request: send it again after the time in Retry-After.',
      { headers: { 'Retry-After': '1' } },
    );
  }
}

/** One for all: the stack of an error costs as much as the rest of such a response. */
export const OVERLOADED = new OverloadedError();
