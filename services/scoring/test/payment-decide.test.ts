import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Command,
  decideAuthorize,
  decideMatch,
  decideStep,
  gatewayKey,
  type LedgerEntry,
  PAYMENT_STATES,
  type PaymentState,
  parseGatewayKey,
} from '../src/payment/decide.js';

const STATES = PAYMENT_STATES;
const COMMANDS = ['authorize', 'capture', 'void'] as const;

const entry = (state: PaymentState): LedgerEntry => ({
  order_id: 'o1',
  state,
  amount: 999,
  currency: 'USD',
  gateway_reference: 'ref',
  decline_code: '',
  capture_count: state === 'CAPTURED' ? 1 : 0,
  updated_at: '2026-01-01T00:00:00.000Z',
});

describe('decideStep', () => {
  it.each([
    ['authorize', undefined, { step: 'act', reference: '' }],
    ['authorize', 'AUTHORIZED', { step: 'keep', entry: entry('AUTHORIZED') }],
    ['authorize', 'CAPTURED', { step: 'keep', entry: entry('CAPTURED') }],
    ['authorize', 'VOIDED', { step: 'refuse', reason: 'the payment is VOIDED already' }],
    ['authorize', 'DECLINED', { step: 'keep', entry: entry('DECLINED') }],
    ['capture', undefined, { step: 'missing' }],
    ['capture', 'AUTHORIZED', { step: 'act', reference: 'ref' }],
    ['capture', 'CAPTURED', { step: 'keep', entry: entry('CAPTURED') }],
    ['capture', 'VOIDED', { step: 'refuse', reason: 'the payment is VOIDED already' }],
    ['capture', 'DECLINED', { step: 'refuse', reason: 'the payment is DECLINED already' }],
    ['void', undefined, { step: 'act', reference: '' }],
    ['void', 'AUTHORIZED', { step: 'act', reference: 'ref' }],
    ['void', 'CAPTURED', { step: 'refuse', reason: 'the payment is CAPTURED already' }],
    ['void', 'VOIDED', { step: 'keep', entry: entry('VOIDED') }],
    ['void', 'DECLINED', { step: 'keep', entry: entry('DECLINED') }],
    ['authorize', 'CAPTURE_FAILED', { step: 'refuse', reason: 'the payment is CAPTURE_FAILED already' }],
    ['capture', 'CAPTURE_FAILED', { step: 'keep', entry: entry('CAPTURE_FAILED') }],
    ['capture', 'WRITTEN_OFF', { step: 'keep', entry: entry('WRITTEN_OFF') }],
    ['void', 'CAPTURE_FAILED', { step: 'refuse', reason: 'the payment is CAPTURE_FAILED already' }],
    ['reauthorize', undefined, { step: 'act', reference: '' }],
    ['reauthorize', 'CAPTURE_FAILED', { step: 'act', reference: 'ref' }],
    ['reauthorize', 'VOIDED', { step: 'act', reference: 'ref' }],
    ['reauthorize', 'CAPTURED', { step: 'keep', entry: entry('CAPTURED') }],
    ['reauthorize', 'WRITTEN_OFF', { step: 'refuse', reason: 'the payment is WRITTEN_OFF already' }],
    ['write-off', 'CAPTURE_FAILED', { step: 'act', reference: 'ref' }],
    ['write-off', 'WRITTEN_OFF', { step: 'keep', entry: entry('WRITTEN_OFF') }],
    ['write-off', 'CAPTURED', { step: 'refuse', reason: 'the payment is CAPTURED already' }],
    ['write-off', 'AUTHORIZED', { step: 'refuse', reason: 'the payment is AUTHORIZED already' }],
  ] as const)('%s on %s', (command, state, expected) => {
    expect(decideStep(command, state && entry(state))).toEqual(expected);
  });
});

test.each([0, 1, 12])('the key of authorization %d names its order', (reauthorizations) => {
  for (const orderId of ['o1', '0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19'])
    expect(parseGatewayKey(gatewayKey(orderId, reauthorizations))).toEqual({ orderId, reauthorizations });
});

describe('decideMatch', () => {
  const again = (state: PaymentState): LedgerEntry => ({ ...entry(state), reauthorizations: 1 });

  it.each([
    ['no entry yet', undefined, 0, 'COUNTED'],
    ['an authorized entry', entry('AUTHORIZED'), 0, 'COUNTED'],
    ['a captured entry', entry('CAPTURED'), 0, 'DIFFERS'],
    ['a voided entry', entry('VOIDED'), 0, 'STRAY'],
    ['a declined entry', entry('DECLINED'), 0, 'STRAY'],
    ['a written-off entry', entry('WRITTEN_OFF'), 0, 'STRAY'],
    ['an entry of a later authorization', again('CAPTURED'), 0, 'STRAY'],
    ['an authorization that is about to be written', entry('CAPTURE_FAILED'), 1, 'COUNTED'],
    ['its new authorization', again('AUTHORIZED'), 1, 'COUNTED'],
  ] as const)('%s', (_, found, number, match) => {
    expect(decideMatch(found, number)).toBe(match);
  });
});

describe('decideAuthorize', () => {
  it.each([
    ['the same money', { amount: 999, currency: 'USD' }, 'AUTHORIZED', 'keep'],
    ['another amount', { amount: 998, currency: 'USD' }, 'AUTHORIZED', 'refuse'],
    ['another currency', { amount: 999, currency: 'EUR' }, 'CAPTURED', 'refuse'],
    ['another amount than was declined', { amount: 1, currency: 'USD' }, 'DECLINED', 'refuse'],
    ['a voided payment', { amount: 999, currency: 'USD' }, 'VOIDED', 'refuse'],
    ['no payment', { amount: 999, currency: 'USD' }, undefined, 'act'],
  ] as const)('%s', (_, money, state, step) => {
    expect(decideAuthorize(state && entry(state), money)).toMatchObject({ step });
  });
});

describe('any requests in any order', () => {
  /** The ledger after a command, where the gateway approves or declines. */
  function after(command: Command, standing: LedgerEntry | undefined, approves: boolean) {
    if (decideStep(command, standing).step !== 'act') return standing;
    if (command === 'authorize') return entry(approves ? 'AUTHORIZED' : 'DECLINED');
    return entry(command === 'capture' ? 'CAPTURED' : 'VOIDED');
  }

  const commands = fc.array(fc.tuple(fc.constantFrom(...COMMANDS), fc.boolean()), { maxLength: 12 });

  test('at most one capture takes effect, and never after a void or decline', () => {
    fc.assert(
      fc.property(commands, (asked) => {
        let standing: LedgerEntry | undefined;
        const seen: (PaymentState | undefined)[] = [];
        for (const [command, approves] of asked) {
          const next = after(command, standing, approves);
          if (next?.state !== standing?.state) seen.push(next?.state);
          standing = next;
        }
        expect([
          '',
          'AUTHORIZED',
          'DECLINED',
          'VOIDED',
          'AUTHORIZED,CAPTURED',
          'AUTHORIZED,VOIDED',
        ]).toContain(seen.join());
      }),
    );
  });

  test('asked twice is as good as asked once', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...COMMANDS),
        fc.constantFrom(undefined, ...STATES),
        fc.boolean(),
        (command, state, approves) => {
          const once = after(command, state && entry(state), approves);
          expect(after(command, once, approves)).toEqual(once);
        },
      ),
    );
  });
});
