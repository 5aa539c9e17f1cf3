/** The end of the session, wherever a call notices it first. */
import { Store, useStore } from './store.js';

const ended = new Store(false);

/** Records that the session has ended: the console asks to sign in again. */
export function reportSessionEnd(): void {
  ended.set(true);
}

/** Returns true once the session has ended. */
export function useSessionEnded(): boolean {
  return useStore(ended);
}
