/** What becomes of the stack when one of its parts dies. */
import { EXIT_CONFIG } from '@order-pipeline/contracts/exit-codes';

/**
 * What a part is to the stack: a service keeps its state elsewhere and can start again, an emulator takes its state
 * with it, and an aid can be missed.
 */
export type Role = 'service' | 'emulator' | 'aid';

/** A process that has ended without being asked to. */
export interface Death {
  readonly role: Role;
  /** Not set when a signal ended it, or when it never ran. */
  readonly exitCode?: number;
  /** How often the part has died within RESTART_WINDOW_MS, this time included. */
  readonly recentDeaths: number;
}

/** A service that dies more often than this within the window will not live. */
export const MAX_RESTARTS = 5;
/** In milliseconds. */
export const RESTART_WINDOW_MS = 60_000;

/** Whether to start the part again, go on without it, or stop everything. */
export function decideOnDeath({ role, exitCode, recentDeaths }: Death): 'restart' | 'go on' | 'give up' {
  if (role === 'aid') return 'go on';
  if (role === 'emulator' || exitCode === EXIT_CONFIG || recentDeaths > MAX_RESTARTS) return 'give up';
  return 'restart';
}
