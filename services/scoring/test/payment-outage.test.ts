import { describe, expect, test } from '@jest/globals';
import { outageOf } from '@order-pipeline/platform/rpc/outage';
import { ManualTimers } from '../../../packages/platform/test/manual-timers.js';
import { GatewayDownError, toRpcError, UnavailableError } from '../src/errors.js';
import { SimulatedGateway } from '../src/payment/gateways/simulated.js';
import {
  decidePingDelayMs,
  type GatewayEvent,
  type GatewayState,
  nextGatewayState,
  UP,
} from '../src/payment/outage/decide.js';
import { DEFAULT_OUTAGE_LIMITS as LIMITS, WatchedGateway } from '../src/payment/outage/watched-gateway.js';
import { logger } from './support.js';

const after = (...events: readonly GatewayEvent[]): GatewayState =>
  events.reduce((state, event) => nextGatewayState(state, event, LIMITS), UP);

describe('the provider is', () => {
  test.each<[string, GatewayEvent[], 'up' | 'down']>([
    ['up after failed calls alone', ['call-failed', 'call-failed', 'call-failed'], 'up'],
    ['up after one failed ping', ['ping-failed'], 'up'],
    ['up when a ping clears a failed call', ['call-failed', 'ping-succeeded', 'ping-failed'], 'up'],
    ['down after a failed call and a failed ping', ['call-failed', 'ping-failed'], 'down'],
    ['down after two failed pings', ['ping-failed', 'ping-failed'], 'down'],
    ['down after one good ping', ['ping-failed', 'ping-failed', 'ping-succeeded'], 'down'],
    ['up after two', ['ping-failed', 'ping-failed', 'ping-succeeded', 'ping-succeeded'], 'up'],
    [
      'down while good and failed pings take turns',
      ['ping-failed', 'ping-failed', 'ping-succeeded', 'ping-failed', 'ping-succeeded'],
      'down',
    ],
    ['down despite late calls', ['ping-failed', 'ping-failed', 'call-failed'], 'down'],
  ])('%s', (_, events, kind) => {
    expect(after(...events).kind).toBe(kind);
  });

  test('pinged more often while something is wrong', () => {
    expect(decidePingDelayMs(UP, LIMITS)).toBe(LIMITS.idlePingMs);
    for (const events of [['call-failed'], ['ping-failed'], ['ping-failed', 'ping-failed']] as const)
      expect(decidePingDelayMs(after(...events), LIMITS)).toBe(LIMITS.alertPingMs);
  });
});

describe('a watched gateway', () => {
  const signal = new AbortController().signal;
  const payment = { idempotencyKey: 'o1', amount: 1, currency: 'USD', paymentMethod: '' };

  function watch() {
    const timers = new ManualTimers();
    const provider = { isDown: false, calls: 0, pings: 0 };
    const gateway = new SimulatedGateway({ slowMs: 1, isDown: () => provider.isDown });
    const counted = {
      authorize: (...args: Parameters<typeof gateway.authorize>) => {
        provider.calls += 1;
        return gateway.authorize(...args);
      },
      capture: gateway.capture.bind(gateway),
      void: gateway.void.bind(gateway),
      refund: gateway.refund.bind(gateway),
      listOpen: gateway.listOpen.bind(gateway),
      ping: () => {
        provider.pings += 1;
        return gateway.ping();
      },
    };
    const watched = new WatchedGateway({ gateway: counted, pingTimeoutMs: 2_000, timers, logger });
    const changes: boolean[] = [];
    watched.onChange(() => changes.push(watched.isServing));
    return { timers, provider, watched, changes };
  }

  test('passes calls on', async () => {
    const { watched } = watch();
    expect(await watched.authorize(payment, signal)).toMatchObject({ approved: true });
    expect(await watched.capture({ idempotencyKey: 'o1', reference: '' }, signal)).toBe('captured');
    expect(await watched.void({ idempotencyKey: 'o2', reference: '' }, signal)).toBe('voided');
    await watched.ping(signal);
  });

  test('refuses calls soon after the first failure, and takes them when pings succeed again', async () => {
    const { timers, provider, watched, changes } = watch();
    provider.isDown = true;
    await expect(watched.authorize(payment, signal)).rejects.toThrow(UnavailableError);
    await timers.advance(0);
    expect(watched.isServing).toBe(false);
    await expect(watched.authorize(payment, signal)).rejects.toThrow(GatewayDownError);
    expect(provider.calls).toBe(1);
    await timers.advance(30 * 60_000);
    provider.isDown = false;
    await timers.advance(3_000);
    expect(await watched.authorize(payment, signal)).toMatchObject({ approved: true });
    expect(changes).toEqual([false, true]);
  });

  test('notices an outage while there are no calls', async () => {
    const { timers, provider, watched } = watch();
    provider.isDown = true;
    await timers.advance(7_000);
    expect(watched.isServing).toBe(false);
  });

  test('keeps serving when a single payment method fails', async () => {
    const { timers, watched, changes } = watch();
    for (let call = 0; call < 10; call += 1)
      await expect(
        watched.authorize({ ...payment, paymentMethod: 'tok_gatewayDown' }, signal),
      ).rejects.toThrow(UnavailableError);
    await timers.advance(60_000);
    expect(changes).toEqual([]);
  });

  test('takes a ping without a response for a failed one', async () => {
    const timers = new ManualTimers();
    const gateway = new SimulatedGateway({ slowMs: 1 });
    const hanging = {
      ping: (stop: AbortSignal) =>
        new Promise<void>((_, reject) => {
          stop.addEventListener('abort', () => reject(stop.reason));
        }),
      authorize: gateway.authorize.bind(gateway),
      capture: gateway.capture.bind(gateway),
      void: gateway.void.bind(gateway),
      refund: gateway.refund.bind(gateway),
      listOpen: gateway.listOpen.bind(gateway),
    };
    const watched = new WatchedGateway({ gateway: hanging, pingTimeoutMs: 2_000, timers, logger });
    await timers.advance(5_000 + 2_000 + 1_000 + 2_000);
    expect(watched.isServing).toBe(false);
  });

  test('pings no more once it is closed', async () => {
    const { timers, provider, watched } = watch();
    watched.close();
    await timers.advance(60_000);
    expect(provider.pings).toBe(0);
  });

  test('tells callers that the outage is not about their payment', () => {
    expect(outageOf(toRpcError(new GatewayDownError('down')))).toBe('payment-provider');
    expect(outageOf(toRpcError(new UnavailableError('no')))).toBeUndefined();
    expect(outageOf(new Error('no'))).toBeUndefined();
  });
});
