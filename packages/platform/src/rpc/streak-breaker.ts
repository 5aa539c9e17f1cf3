/** Tells cockatiel's circuit breaker when to open: after an unbroken run of failures that lasts. */
import { CircuitState, type IBreaker } from 'cockatiel';
import type { Clock } from '../clock.js';
import { decideOpen, extendStreak, type FailureStreak, type StreakLimits } from './decide.js';

/** Opens by the rule of `decideOpen`. */
export class StreakBreaker implements IBreaker {
  state: FailureStreak | undefined;

  constructor(
    private readonly limits: StreakLimits,
    private readonly clock: Clock,
  ) {}

  success(): void {
    this.state = undefined;
  }

  failure(circuit: CircuitState): boolean {
    const now = this.clock();
    this.state = extendStreak(this.state, now);
    return circuit !== CircuitState.Closed || decideOpen(this.state, this.limits, now);
  }
}
