/** Snapshots of the pipeline: the latest one, and those of the last minutes for the charts. */
import type { WatchPipelineResponse } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { useSyncExternalStore } from 'react';
import { operations } from './clients.js';
import { type LiveState, LiveStream } from './live-stream.js';
import { Store } from './store.js';
import { subscribeLive } from './subscribe-live.js';

/** Interval between two snapshots, in milliseconds. */
const INTERVAL_MS = 1_000;
/** Snapshots that are kept: five minutes. */
const HISTORY_LENGTH = 300;

/** State of the pipeline. */
export interface PipelineView {
  readonly live: LiveState;
  /** Undefined until the first snapshot. */
  readonly latest: WatchPipelineResponse | undefined;
  /** The oldest first. */
  readonly history: readonly WatchPipelineResponse[];
}

const store = new Store<PipelineView>({ live: { kind: 'connecting' }, latest: undefined, history: [] });

const stream = new LiveStream<WatchPipelineResponse>({
  open: (signal) => operations.watchPipeline({ intervalMs: INTERVAL_MS }, { signal }),
  onMessage: (latest) => {
    const history = [...store.value.history, latest].slice(-HISTORY_LENGTH);
    store.set({ ...store.value, latest, history });
  },
  maxSilenceMs: 8_000,
});

const subscribe = subscribeLive(store, stream);

/** Returns the pipeline's latest snapshots; the component renders again with each. */
export function usePipeline(): PipelineView {
  return useSyncExternalStore(subscribe, () => store.value);
}
