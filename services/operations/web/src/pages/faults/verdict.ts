/** The verdict of the checker, followed live. */
import type { WatchVerdictResponse } from '@order-pipeline/contracts/gen/operations/v1/local_lab_pb';
import { useSyncExternalStore } from 'react';
import { lab } from '../../api/clients.js';
import { type LiveState, LiveStream } from '../../api/live-stream.js';
import { Store } from '../../api/store.js';
import { subscribeLive } from '../../api/subscribe-live.js';

/** Verdicts that are kept for the line of open orders. */
const HISTORY_LENGTH = 120;

/** The verdict and its course. */
export interface VerdictView {
  readonly live: LiveState;
  readonly latest: WatchVerdictResponse | undefined;
  /** Orders that were open, the oldest first. */
  readonly open: readonly number[];
}

const store = new Store<VerdictView>({ live: { kind: 'connecting' }, latest: undefined, open: [] });

const stream = new LiveStream<WatchVerdictResponse>({
  open: (signal) => lab.watchVerdict({}, { signal }),
  onMessage: (latest) => {
    const open = [...store.value.open, latest.open].slice(-HISTORY_LENGTH);
    store.set({ ...store.value, latest, open });
  },
  // It is silent while nothing changes.
  maxSilenceMs: 120_000,
});

const subscribe = subscribeLive(store, stream);

/** Returns the verdict; the component renders again with each. */
export function useVerdict(): VerdictView {
  return useSyncExternalStore(subscribe, () => store.value);
}
