/**
 * Follows orders for clients that wait. One timer serves all of them, and a client costs one small object here: ten
 * thousand may wait at once.
 */
import { isFinal, type OrderRecord, type OrderStatus } from '@order-pipeline/contracts/orders';
import { type Order, toOrder } from '../decide/view.js';
import { progressOf } from './decide/progress.js';
import type { Slots } from './slots.js';
import type { StatusFeed } from './status-feed.js';

/** A client that waits. Exactly one of `onEnd` and `onError` is called, once, unless the client leaves before. */
export interface Waiter {
  readonly orderId: string;
  /** Reads the order's record. */
  readonly find: (orderId: string) => Promise<OrderRecord | undefined>;
  /** True to read the order at each change, also where the published status is sufficient. */
  readonly readEach: boolean;
  /** Longest wait, in milliseconds. */
  readonly maxMs: number;
  /** Called with the current order and again in each later status. */
  readonly onOrder: (order: Order) => void;
  /** Called when the order is final, the time is up or the process stops. */
  readonly onEnd: () => void;
  /** Called when the order cannot be read, or a limit is reached. */
  readonly onError: (error: unknown) => void;
  /** Called every 15 s, so that proxies do not take the connection for a dead one. */
  readonly onQuiet?: () => void;
}

/** Dependencies of the waiting room. */
export interface WaitingRoomDeps {
  readonly feed: Pick<StatusFeed, 'listen'>;
  readonly slots: Slots;
  /** Aborted when the process stops. */
  readonly stopping: AbortSignal;
  /** Monotonic milliseconds. */
  readonly now: () => number;
}

/** Interval of reads while Redis publishes changes, in case it lost one. */
const SAFETY_POLL_MS = 10_000;
/** Interval of reads while Redis is unavailable. */
const FALLBACK_POLL_MS = 2_000;
const QUIET_MS = 15_000;
const SWEEP_MS = 250;

/** All waiting clients of this process. */
export class WaitingRoom {
  readonly #deps: WaitingRoomDeps;
  readonly #seats = new Set<Seat>();
  #sweep: NodeJS.Timeout | undefined;

  constructor(deps: WaitingRoomDeps) {
    this.#deps = deps;
    deps.stopping.addEventListener('abort', () => {
      for (const seat of this.#seats) seat.stop();
    });
  }

  /**
   * Adds a waiting client. Returns a function that removes it.
   *
   * @throws {ProblemError} `unavailable` when too many wait.
   */
  enter(waiter: Waiter): () => void {
    this.#deps.slots.take(waiter.orderId);
    const seat = new Seat(this.#deps, waiter, () => {
      this.#seats.delete(seat);
      if (this.#seats.size > 0) return;
      clearInterval(this.#sweep);
      this.#sweep = undefined;
    });
    this.#seats.add(seat);
    this.#sweep ??= setInterval(() => this.#sweepAll(), SWEEP_MS);
    void seat.open();
    return () => seat.leave();
  }

  #sweepAll(): void {
    const now = this.#deps.now();
    for (const seat of this.#seats) seat.tick(now);
  }
}

/** One client in the room. */
class Seat {
  readonly #deps: WaitingRoomDeps;
  readonly #waiter: Waiter;
  readonly #onLeave: () => void;
  readonly #endMs: number;
  #quietMs: number;
  #readMs = Number.POSITIVE_INFINITY;
  #pollMs = FALLBACK_POLL_MS;
  #progress = -1;
  #userId: string | undefined;
  #stopListening: (() => void) | undefined;
  #reading = false;
  #readAgain = false;
  #left = false;

  constructor(deps: WaitingRoomDeps, waiter: Waiter, onLeave: () => void) {
    this.#deps = deps;
    this.#waiter = waiter;
    this.#onLeave = onLeave;
    this.#endMs = deps.now() + waiter.maxMs;
    this.#quietMs = deps.now() + QUIET_MS;
  }

  /** Listens before it reads, so that no change falls between. */
  async open(): Promise<void> {
    const { live, stop } = await this.#deps.feed.listen(this.#waiter.orderId, (status) => this.#hear(status));
    if (this.#left) return stop();
    this.#stopListening = stop;
    this.#pollMs = live ? SAFETY_POLL_MS : FALLBACK_POLL_MS;
    await this.#read();
    if (this.#deps.stopping.aborted) this.end();
  }

  tick(now: number): void {
    if (now >= this.#endMs) this.end();
    if (this.#left) return;
    if (now >= this.#readMs) void this.#read();
    if (now < this.#quietMs) return;
    this.#quietMs = now + QUIET_MS;
    this.#waiter.onQuiet?.();
  }

  /** Ends the wait because the process stops; a client that has not seen its order yet sees it first. */
  stop(): void {
    if (this.#progress >= 0) this.end();
  }

  /** Ends the wait. */
  end(): void {
    if (this.leave()) this.#waiter.onEnd();
  }

  /** Leaves without a word. Returns false when the client had left before. */
  leave(): boolean {
    if (this.#left) return false;
    this.#left = true;
    this.#stopListening?.();
    this.#deps.slots.release(this.#waiter.orderId, this.#userId);
    this.#onLeave();
    return true;
  }

  #hear(status: OrderStatus): void {
    if (isFinal(status) || this.#waiter.readEach) void this.#read();
    else this.#show({ order_id: this.#waiter.orderId, status });
  }

  async #read(): Promise<void> {
    if (this.#reading) {
      this.#readAgain = true;
      return;
    }
    this.#reading = true;
    try {
      do {
        this.#readAgain = false;
        const { orderId, find } = this.#waiter;
        const record = await find(orderId);
        if (this.#left) return;
        this.#countUser(record);
        this.#show(toOrder(orderId, record));
      } while (this.#readAgain && !this.#left);
      this.#readMs = this.#deps.now() + this.#pollMs;
    } catch (error) {
      if (this.leave()) this.#waiter.onError(error);
    } finally {
      this.#reading = false;
    }
  }

  #countUser(record: OrderRecord | undefined): void {
    if (this.#progress >= 0 || record?.user_id === undefined) return;
    this.#deps.slots.takeUser(record.user_id);
    this.#userId = record.user_id;
  }

  #show(order: Order): void {
    const progress = progressOf(order.status);
    if (this.#left || progress <= this.#progress) return;
    this.#progress = progress;
    this.#waiter.onOrder(order);
    if (isFinal(order.status)) this.end();
  }
}
