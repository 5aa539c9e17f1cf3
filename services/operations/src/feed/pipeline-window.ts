/** Rates and percentiles of the last seconds, from the feed. */
import { type FeedEntry, isStatusEntry } from '@order-pipeline/contracts/order-feed';
import { type FinalStatus, isFinal } from '@order-pipeline/contracts/orders';
import type { Clock } from '@order-pipeline/platform/clock';

/** Length of the window, in seconds. */
export const WINDOW_SECONDS = 30;

const WINDOW_MS = WINDOW_SECONDS * 1_000;

interface Decision {
  readonly at: number;
  readonly status: FinalStatus;
  readonly reason: string;
  /** From acceptance to decision, in milliseconds; undefined where the acceptance is not known. */
  readonly tookMs: number | undefined;
}

/** Decisions with one outcome. */
export interface OutcomeCount {
  readonly status: FinalStatus;
  readonly reason: string;
  readonly count: number;
}

/** Figures of a window. */
export interface WindowFigures {
  readonly acceptedPerSecond: number;
  readonly decidedPerSecond: number;
  readonly outcomes: readonly OutcomeCount[];
  /** Undefined without decisions. */
  readonly p50Seconds: number | undefined;
  readonly p99Seconds: number | undefined;
}

/** Remembers what happened within the window. */
export class PipelineWindow {
  readonly #clock: Clock;
  #accepted: number[] = [];
  #decisions: Decision[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Takes an entry of the feed; one that is older than the window is ignored. */
  add(entry: FeedEntry): void {
    const since = this.#clock() - WINDOW_MS;
    if (!isStatusEntry(entry)) {
      const at = Date.parse(entry.created_at);
      if (at > since) this.#accepted.push(at);
      return;
    }
    const { status, reason = '', at, created_at } = entry;
    if (!isFinal(status) || at <= since) return;
    const tookMs = created_at === undefined ? undefined : Math.max(0, at - Date.parse(created_at));
    this.#decisions.push({ at, status, reason, tookMs });
  }

  /** Returns the figures now. */
  figures(): WindowFigures {
    const since = this.#clock() - WINDOW_MS;
    this.#accepted = this.#accepted.filter((at) => at > since);
    this.#decisions = this.#decisions.filter(({ at }) => at > since);
    const times = this.#decisions
      .flatMap(({ tookMs }) => (tookMs === undefined ? [] : [tookMs / 1_000]))
      .sort((a, b) => a - b);
    return {
      acceptedPerSecond: this.#accepted.length / WINDOW_SECONDS,
      decidedPerSecond: this.#decisions.length / WINDOW_SECONDS,
      outcomes: countOutcomes(this.#decisions),
      p50Seconds: percentile(times, 0.5),
      p99Seconds: percentile(times, 0.99),
    };
  }
}

function countOutcomes(decisions: readonly Decision[]): OutcomeCount[] {
  const counts = new Map<string, OutcomeCount>();
  for (const { status, reason } of decisions) {
    const key = `${status} ${reason}`;
    counts.set(key, { status, reason, count: (counts.get(key)?.count ?? 0) + 1 });
  }
  return [...counts.values()].sort((a, b) => b.count - a.count);
}

/** The smallest value that at least the share `p` of the sorted values does not exceed. */
function percentile(sorted: readonly number[], p: number): number | undefined {
  return sorted[Math.max(0, Math.ceil(sorted.length * p) - 1)];
}
