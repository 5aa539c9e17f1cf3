/** Stores that a stream keeps up to date. */
import type { LiveState, LiveStream } from './live-stream.js';
import type { Store } from './store.js';

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
