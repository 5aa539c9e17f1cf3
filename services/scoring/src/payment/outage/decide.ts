/**
 * Decides whether the payment provider is down, from real calls and from pings.
 *
 *     up ──a failed call──▶ suspected ──a failed ping──▶ down ──pings in a row──▶ up
 *     up ──failed pings in a row──▶ down
 *
 * A single failed call is no evidence: one payment method may be broken at the provider. A ping has to fail as well.
 */

/** State of the provider. */
export type GatewayState =
  | { readonly kind: 'up'; readonly suspected: boolean; readonly failedPings: number }
  | { readonly kind: 'down'; readonly goodPings: number };

/** The result of a call or of a ping. */
export type GatewayEvent = 'call-failed' | 'ping-failed' | 'ping-succeeded';

/** Conditions of state changes, and the interval of pings. Times in milliseconds. */
export interface OutageLimits {
  /** Failed pings in a row, without a failed call, that mean down. */
  readonly pingsToDown: number;
  /** Good pings in a row that mean up. */
  readonly pingsToUp: number;
  /** Between pings while nothing is wrong. */
  readonly idlePingMs: number;
  /** Between pings while something is. */
  readonly alertPingMs: number;
}

/** The provider is taken to be up until it fails. */
export const UP: GatewayState = { kind: 'up', suspected: false, failedPings: 0 };

/** Returns the state after an event. */
export function nextGatewayState(
  state: GatewayState,
  event: GatewayEvent,
  limits: OutageLimits,
): GatewayState {
  if (state.kind === 'down') {
    if (event === 'ping-failed') return { kind: 'down', goodPings: 0 };
    if (event === 'call-failed') return state;
    const goodPings = state.goodPings + 1;
    return goodPings >= limits.pingsToUp ? UP : { kind: 'down', goodPings };
  }
  if (event === 'ping-succeeded') return UP;
  if (event === 'call-failed') return { ...state, suspected: true };
  const failedPings = state.failedPings + 1;
  const isDown = state.suspected || failedPings >= limits.pingsToDown;
  return isDown ? { kind: 'down', goodPings: 0 } : { ...state, failedPings };
}

/** Returns how long to wait for the next ping, in milliseconds. */
export function decidePingDelayMs(state: GatewayState, limits: OutageLimits): number {
  const calm = state.kind === 'up' && !state.suspected && state.failedPings === 0;
  return calm ? limits.idlePingMs : limits.alertPingMs;
}
