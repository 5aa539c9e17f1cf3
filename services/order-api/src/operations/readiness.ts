/** Readiness of the API, asked of its dependencies at most once a second. */
import { checkReadiness, type ReadinessCheck } from '@order-pipeline/platform/ops-server';
import type { DependencyState, Readiness } from './models.js';

/** Dependencies of readiness. */
export interface ReadinessDeps {
  /** Without these the API cannot do its work. */
  readonly required: Readonly<Record<'queue' | 'orders', ReadinessCheck>>;
  /** Reported, but done without. */
  readonly optional: Readonly<Record<'redis', ReadinessCheck>>;
  /** Aborted from the signal to stop on. */
  readonly draining: AbortSignal;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

const CHECK_TIMEOUT_MS = 2_000;

/** Age up to which a response is given again, in milliseconds. */
const FRESH_MS = 1_000;

/** Checks readiness. Calls during a check share its result. */
export class ReadinessProbe {
  readonly #deps: ReadinessDeps;
  #answer: Promise<Readiness> | undefined;
  #freshUntilMs = 0;

  constructor(deps: ReadinessDeps) {
    this.#deps = deps;
  }

  /** Returns a response that is at most a second old; `not ready` at once while the process drains. */
  async read(): Promise<Readiness> {
    const { now, draining } = this.#deps;
    if (!this.#answer || now() >= this.#freshUntilMs) {
      this.#freshUntilMs = Number.POSITIVE_INFINITY;
      this.#answer = this.#ask().finally(() => {
        this.#freshUntilMs = now() + FRESH_MS;
      });
    }
    const answer = await this.#answer;
    if (!draining.aborted) return answer;
    return { status: 'not ready', checks: { ...answer.checks, process: 'stopping' } };
  }

  async #ask(): Promise<Readiness> {
    const { required, optional } = this.#deps;
    const [needed, aids] = await Promise.all([
      checkReadiness(required, CHECK_TIMEOUT_MS),
      checkReadiness(optional, CHECK_TIMEOUT_MS),
    ]);
    return {
      status: needed.status,
      checks: {
        queue: toState(needed.checks.queue),
        orders: toState(needed.checks.orders),
        redis: toState(aids.checks.redis),
      },
    };
  }
}

/** Hides the reason of a failed check from the response; operators find it in the logs. */
function toState(answer: string | undefined): DependencyState {
  return answer === 'ok' ? 'ok' : 'unreachable';
}
