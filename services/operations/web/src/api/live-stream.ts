/** A server stream that stays open: it reconnects, and says since when what it shows is stale. */
import { isSessionError } from './errors.js';
import { reportSessionEnd } from './session.js';
import { abortWhenHidden, untilVisible } from './visibility.js';

/** State of the connection. */
export type LiveState =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** `since` in epoch milliseconds. */
  | { readonly kind: 'stale'; readonly since: number; readonly error: unknown };

/** Options of a stream. */
export interface LiveStreamOptions<T> {
  /** Opens the stream. */
  readonly open: (signal: AbortSignal) => AsyncIterable<T>;
  /** Called once per message. */
  readonly onMessage: (message: T) => void;
  /** Called once per connection, before its first message. */
  readonly onConnect?: () => void;
  /** Longest silence of a healthy stream, in milliseconds. */
  readonly maxSilenceMs: number;
}

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 5_000;

/** Runs while it has subscribers. */
export class LiveStream<T> {
  readonly #options: LiveStreamOptions<T>;
  readonly #listeners = new Set<() => void>();
  #state: LiveState = { kind: 'connecting' };
  #stop: AbortController | undefined;

  constructor(options: LiveStreamOptions<T>) {
    this.#options = options;
  }

  /** The state of the connection; the same object until it changes. */
  get state(): LiveState {
    return this.#state;
  }

  /** Adds a listener for changes of the state, and opens the stream for the first one. Returns its removal. */
  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    if (!this.#stop) {
      this.#stop = new AbortController();
      void this.#run(this.#stop.signal);
    }
    return () => {
      this.#listeners.delete(listener);
      // A page that follows another one subscribes in the same turn: the stream stays open then.
      setTimeout(() => this.#stopWhenUnused(), 0);
    };
  };

  #stopWhenUnused(): void {
    if (this.#listeners.size > 0) return;
    this.#stop?.abort();
    this.#stop = undefined;
    this.#set({ kind: 'connecting' });
  }

  async #run(signal: AbortSignal): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    while (!signal.aborted) {
      await untilVisible(signal);
      const { error, connected } = await this.#readOnce(signal);
      if (signal.aborted) return;
      if (isSessionError(error)) reportSessionEnd();
      const since = this.#state.kind === 'stale' ? this.#state.since : Date.now();
      this.#set({ kind: 'stale', since, error });
      retryMs = connected ? FIRST_RETRY_MS : Math.min(retryMs * 2, MAX_RETRY_MS);
      await pause(retryMs, signal);
    }
  }

  /** Reads until the stream breaks. Returns why, and whether it ever sent a message. */
  async #readOnce(signal: AbortSignal): Promise<{ error: unknown; connected: boolean }> {
    const { open, onMessage, onConnect, maxSilenceMs } = this.#options;
    const connection = new AbortController();
    const abort = () => connection.abort();
    signal.addEventListener('abort', abort);
    const leaveVisibility = abortWhenHidden(abort);
    let silence = setTimeout(abort, maxSilenceMs);
    let connected = false;
    try {
      for await (const message of open(connection.signal)) {
        if (signal.aborted) break;
        clearTimeout(silence);
        silence = setTimeout(abort, maxSilenceMs);
        if (!connected) onConnect?.();
        connected = true;
        onMessage(message);
        this.#set({ kind: 'live' });
      }
      return { error: undefined, connected };
    } catch (error) {
      return { error, connected };
    } finally {
      clearTimeout(silence);
      leaveVisibility();
      signal.removeEventListener('abort', abort);
    }
  }

  #set(state: LiveState): void {
    if (state.kind === this.#state.kind && state.kind !== 'stale') return;
    this.#state = state;
    for (const listener of this.#listeners) listener();
  }
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const finish = () => {
      clearTimeout(timer);
      globalThis.removeEventListener?.('online', finish);
      signal.removeEventListener('abort', finish);
      resolve();
    };
    const timer = setTimeout(finish, milliseconds);
    globalThis.addEventListener?.('online', finish);
    signal.addEventListener('abort', finish);
  });
}
