/** Bounds the number of clients that wait at once, in this process and for each owner. */
import { ProblemError } from '../http/problem.js';
import type { SlotLimits } from './slot-limits.js';

/** Seconds after which a client may try to wait again. */
const RETRY_AFTER = '5';

/** Counts waiting clients. */
export class Slots {
  readonly #limits: SlotLimits;
  readonly #owners = new Map<string, number>();
  #taken = 0;

  constructor(limits: SlotLimits) {
    this.#limits = limits;
  }

  /** Number of waiting clients. */
  get taken(): number {
    return this.#taken;
  }

  /** Takes a slot on an order. @throws {ProblemError} `unavailable` when the process or the order has none left. */
  take(orderId: string): void {
    if (this.#taken >= this.#limits.perProcess) throw full('This server has too many waiting clients.');
    this.#count(`order:${orderId}`, this.#limits.perOrder, 'Too many clients wait for this order.');
    this.#taken += 1;
  }

  /** Counts a waiting client against its user too. @throws {ProblemError} `unavailable` when the user has none left. */
  takeUser(userId: string): void {
    this.#count(`user:${userId}`, this.#limits.perUser, 'Too many clients wait for orders of this user.');
  }

  /** Releases the slots of one client. */
  release(orderId: string, userId: string | undefined): void {
    this.#taken -= 1;
    this.#discount(`order:${orderId}`);
    if (userId !== undefined) this.#discount(`user:${userId}`);
  }

  #count(owner: string, limit: number, detail: string): void {
    const count = this.#owners.get(owner) ?? 0;
    if (count >= limit) throw full(detail);
    this.#owners.set(owner, count + 1);
  }

  #discount(owner: string): void {
    const count = (this.#owners.get(owner) ?? 0) - 1;
    if (count > 0) this.#owners.set(owner, count);
    else this.#owners.delete(owner);
  }
}

function full(detail: string): ProblemError {
  return new ProblemError('unavailable', `${detail} Poll without waiting, or try again later.`, {
    headers: { 'Retry-After': RETRY_AFTER },
  });
}
