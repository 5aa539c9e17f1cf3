/** Times the steps of one attempt for the order's timeline. */
import { ConnectError } from '@connectrpc/connect';
import type { StepTrace, TracedStep } from '@order-pipeline/contracts/order-timeline';
import type { Clock } from '@order-pipeline/platform/clock';
import { codeLabel } from '@order-pipeline/platform/rpc/codes';

/** Collects the steps of an attempt. */
export class AttemptRecorder {
  readonly #steps: StepTrace[] = [];
  readonly #claimedAt: number;
  readonly #clock: Clock;

  /** `claimedAt` in epoch milliseconds. */
  constructor(claimedAt: number, clock: Clock) {
    this.#claimedAt = claimedAt;
    this.#clock = clock;
  }

  /** Steps that have ended, in the order of their ends. */
  get steps(): readonly StepTrace[] {
    return this.#steps;
  }

  /** Makes a call and records it, also when it fails. */
  async time<T>(kind: TracedStep, call: () => Promise<T>, resultOf: (answer: T) => string): Promise<T> {
    const startedAt = this.#clock();
    try {
      const answer = await call();
      this.#add(kind, startedAt, resultOf(answer));
      return answer;
    } catch (error) {
      this.#add(kind, startedAt, error instanceof ConnectError ? codeLabel(error.code) : 'error');
      throw error;
    }
  }

  /** Records a step that takes no time of its own. */
  mark(kind: TracedStep, result: string): void {
    this.#add(kind, this.#clock(), result);
  }

  #add(kind: TracedStep, startedAt: number, result: string): void {
    this.#steps.push([kind, Math.max(0, startedAt - this.#claimedAt), this.#clock() - startedAt, result]);
  }
}
