/** The latest state of work under way, for a stream: a reader that is slow skips what is out of date. */
import { setTimeout as systemSleep } from 'node:timers/promises';

/** Shortest time between two states that a reader gets, in milliseconds. */
const INTERVAL_MS = 100;

/** A state that changes until the work ends. */
export class Progress<T> implements AsyncIterable<T> {
  #state: T;
  #version = 1;
  #ended = false;
  #wake: () => void = () => undefined;
  readonly #sleep: (delayMs: number) => Promise<unknown>;

  constructor(initial: T, sleep: (delayMs: number) => Promise<unknown> = systemSleep) {
    this.#state = initial;
    this.#sleep = sleep;
  }

  /** Replaces the state. */
  set(state: T): void {
    this.#state = state;
    this.#version += 1;
    this.#wake();
  }

  /** Ends the stream after the latest state. */
  end(): void {
    this.#ended = true;
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    let seen = 0;
    for (;;) {
      if (seen !== this.#version) {
        seen = this.#version;
        yield this.#state;
        if (!this.#ended) await this.#sleep(INTERVAL_MS);
        continue;
      }
      if (this.#ended) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }
}
