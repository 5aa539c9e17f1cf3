/** Values that belong to the console and not to a page: they outlive navigation. */
import { useSyncExternalStore } from 'react';
import type { LiveState, LiveStream } from './live-stream.js';

/** A value and those who want to know when it changes. */
export class Store<T> {
  readonly #listeners = new Set<() => void>();
  #value: T;

  /** Creates a store with its first value. */
  constructor(value: T) {
    this.#value = value;
  }

  /** The value; the same object until it changes. */
  get value(): T {
    return this.#value;
  }

  /** Replaces the value. */
  set(value: T): void {
    this.#value = value;
    for (const listener of this.#listeners) listener();
  }

  /** Adds a listener, and returns its removal. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };
}

/** Returns the value of a store; the component renders again when it changes. */
export function useStore<T>(store: Store<T>): T {
  return useSyncExternalStore(store.subscribe, () => store.value);
}

/** Returns a subscription to a store that keeps its stream open, and the stream's state in `live`. */
export function subscribeLive<T extends { readonly live: LiveState }>(
  store: Store<T>,
  stream: Pick<LiveStream<unknown>, 'state' | 'subscribe'>,
): (listener: () => void) => () => void {
  const updateLive = () => {
    if (store.value.live !== stream.state) store.set({ ...store.value, live: stream.state });
  };
  return (listener) => {
    const leave = store.subscribe(listener);
    const release = stream.subscribe(updateLive);
    updateLive();
    return () => {
      leave();
      release();
    };
  };
}
