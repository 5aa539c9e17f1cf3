/** Values that belong to the console and not to a page: they outlive navigation. */
import { useSyncExternalStore } from 'react';

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
