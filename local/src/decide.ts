/** Decides how the stack reacts when one of its processes exits. */
import { EXIT_CONFIG } from '@order-pipeline/contracts/exit-codes';

/**
 * Role of a process in the stack: a service keeps its state elsewhere and can start again, an emulator takes its state
 * with it, and an aid can be missed.
 */
export type Role = 'service' | 'emulator' | 'aid';

/** A process that has ended unexpectedly. */
export interface Death {
  readonly role: Role;
  /** Not set when a signal ended it, or when it never ran. */
  readonly exitCode?: number;
  /** Number of exits of the process within RESTART_WINDOW_MS, including this one. */
  readonly recentDeaths: number;
}

/** A service that dies more often than this within the window will not live. */
const MAX_RESTARTS = 5;
/** In milliseconds. */
export const RESTART_WINDOW_MS = 60_000;

/** Decides whether to restart the process, continue without it, or stop everything. */
export function decideOnDeath({ role, exitCode, recentDeaths }: Death): 'restart' | 'go-on' | 'give-up' {
  if (role === 'aid') return 'go-on';
  if (role === 'emulator' || exitCode === EXIT_CONFIG || recentDeaths > MAX_RESTARTS) return 'give-up';
  return 'restart';
}
