/**
 * The error of each message's first failed attempt, for the dead letter that it may become. It is noted in the order's record,
 * one write for an order that fails, and remembered here where that is not possible: no record yet, or no table.
 */

import type { StepTrace } from '@order-pipeline/contracts/order-timeline';
import type { ClaimedOrder, OrderStore } from '@order-pipeline/order-protocol/order-store';
import type { Logger } from '@order-pipeline/platform/logger';

/** Messages that are remembered at most, the oldest forgotten first. */
const MEMORY_MAX = 1_000;

/** Longest text that is kept, in characters: a first line is what operators read. */
const ERROR_MAX = 1_000;

/** A message whose attempt failed. */
export interface FailedMessage {
  readonly messageId: string;
  /** Undefined when the message is no order. */
  readonly orderId?: string | undefined;
  readonly error: unknown;
}

/** Writes that keep errors. */
type ErrorStore = Pick<OrderStore, 'noteFirstError' | 'noteFailedAttempt' | 'read'>;

/** Remembers first errors. */
export class FirstErrors {
  readonly #store: ErrorStore;
  readonly #memory = new Map<string, string>();
  /** Errors of attempts that the record has. */
  readonly #recorded = new WeakSet<object>();

  /** Orders of which only this process knows that their settlement failed. */
  readonly #unsettled = new Set<string>();

  constructor(store: ErrorStore) {
    this.#store = store;
  }

  /** Notes how an attempt failed in the order's timeline: one write for each attempt that fails. Never throws. */
  async noteAttempt(order: ClaimedOrder, steps: readonly StepTrace[], error: unknown): Promise<void> {
    const failed = { error: describeError(error), steps };
    const noted = await this.#store.noteFailedAttempt(order, failed).catch(() => false);
    if (noted && typeof error === 'object' && error !== null) this.#recorded.add(error);
  }

  /** Notes an attempt that failed, unless an earlier one did. Never throws. */
  async note({ messageId, orderId, error }: FailedMessage, logger: Logger): Promise<void> {
    if (this.#memory.has(messageId)) return;
    const text = describeError(error);
    this.#remember(messageId, text);
    if (orderId === undefined || this.#isRecorded(error)) return;
    await this.#store.noteFirstError(orderId, text).catch((reason: unknown) => {
      logger.warn({ err: reason, order_id: orderId }, 'could not note the first error of an order');
    });
  }

  /** Returns the first error of a message that becomes a dead letter. Never throws. */
  async find({ messageId, orderId, error }: FailedMessage): Promise<string> {
    const record = orderId === undefined ? undefined : await this.#store.read(orderId).catch(() => undefined);
    return record?.first_error ?? this.#memory.get(messageId) ?? describeError(error);
  }

  /** Remembers a settlement that failed and could not be noted: its message must not become a dead letter, which may expire. */
  rememberUnsettled(orderId: string): void {
    this.#unsettled.add(orderId);
    const [oldest] = this.#unsettled;
    if (this.#unsettled.size > MEMORY_MAX && oldest !== undefined) this.#unsettled.delete(oldest);
  }

  /** Forgets a settlement that is made or noted. */
  forgetUnsettled(orderId: string): void {
    this.#unsettled.delete(orderId);
  }

  /** Returns true while only this process knows that the order's settlement failed. */
  isUnsettled(orderId: string | undefined): boolean {
    return orderId !== undefined && this.#unsettled.has(orderId);
  }

  #isRecorded(error: unknown): boolean {
    return typeof error === 'object' && error !== null && this.#recorded.has(error);
  }

  #remember(messageId: string, text: string): void {
    this.#memory.set(messageId, text);
    const [oldest] = this.#memory.keys();
    if (this.#memory.size > MEMORY_MAX && oldest !== undefined) this.#memory.delete(oldest);
  }
}

/** Returns an error as one short text. */
export function describeError(error: unknown): string {
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return text.slice(0, ERROR_MAX) || 'unknown error';
}
