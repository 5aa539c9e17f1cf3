/** Remembers which first errors a worker has read, to compare them with those that it writes on dead letters. */
import type { OrderStore } from '@order-pipeline/order-protocol/order-store';

/** The writes and reads of first errors. */
type ErrorStore = Pick<OrderStore, 'noteFirstError' | 'noteFailedAttempt' | 'read'>;

/** A store that is observed. */
export interface ObservedErrors {
  readonly store: ErrorStore;
  /** Returns the first error that was last read for an order, and forgets it; undefined when none was. */
  take(orderId: string): string | undefined;
}

/** Observes what a worker reads. A read that fails leaves nothing to compare with. */
export function observeErrors(store: ErrorStore): ObservedErrors {
  const read = new Map<string, string>();
  return {
    store: {
      noteFirstError: (...args) => store.noteFirstError(...args),
      noteFailedAttempt: (...args) => store.noteFailedAttempt(...args),
      read: async (orderId) => {
        const record = await store.read(orderId);
        if (record?.first_error !== undefined) read.set(orderId, record.first_error);
        return record;
      },
    },
    take: (orderId) => {
      const error = read.get(orderId);
      read.delete(orderId);
      return error;
    },
  };
}
