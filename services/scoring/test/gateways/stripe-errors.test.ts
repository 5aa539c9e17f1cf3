/** Translation of Stripe's errors, intents and refunds, case by case. */
import { describe, expect, it, test } from '@jest/globals';
import Stripe from 'stripe';
import { OutcomeUnknownError, RefusedError, UnavailableError } from '../../src/errors.js';
import type { StripeClient } from '../../src/payment/gateways/stripe/client.js';
import {
  declineCodeOf,
  intentOf,
  isExpired,
  isServerError,
  retryAfterMsOf,
  toGatewayError,
} from '../../src/payment/gateways/stripe/errors.js';
import {
  finalStateOf,
  KEY_SAFE_MS,
  mayBeForgotten,
  toAnswer,
} from '../../src/payment/gateways/stripe/intent.js';
import { refundIntent } from '../../src/payment/gateways/stripe/refund.js';

const { errors } = Stripe;
type Raw = ConstructorParameters<typeof errors.StripeCardError>[0];
const raw = (fields: object) => ({ message: 'of a test', ...fields }) as Raw;
const card = (fields: object) => new errors.StripeCardError(raw(fields));
const invalid = (fields: object) => new errors.StripeInvalidRequestError(raw(fields));
const api = (fields: object) => new errors.StripeAPIError(raw(fields));
const network = (detail?: unknown) => new errors.StripeConnectionError(raw({ detail }));

describe('decline codes', () => {
  it.each<[string, unknown, string | undefined]>([
    ['an authentication', card({ code: 'authentication_required' }), 'authentication_required'],
    [
      'an authentication by its decline code',
      card({ code: 'card_declined', decline_code: 'authentication_not_handled' }),
      'authentication_required',
    ],
    [
      'a decline code',
      card({ code: 'card_declined', decline_code: 'insufficient_funds' }),
      'insufficient_funds',
    ],
    ['a code', card({ code: 'expired_card' }), 'expired_card'],
    ['nothing', card({}), 'card_declined'],
    ['a payment method', invalid({ param: 'payment_method' }), 'invalid_payment_method'],
    ['a field of a card', invalid({ param: 'card[number]' }), 'invalid_payment_method'],
    ['an amount', invalid({ param: 'amount', code: 'amount_too_small' }), 'amount_too_small'],
    ['a currency without a code', invalid({ param: 'currency' }), 'invalid_amount'],
    ['a parameter of ours', invalid({ param: 'capture_method' }), undefined],
    ['no parameter', invalid({}), undefined],
    ['another error', new Error('x'), undefined],
  ])('of %s', (_, error, code) => expect(declineCodeOf(error)).toBe(code));
});

describe('domain errors', () => {
  it.each<[string, unknown, new (message: string) => Error, string]>([
    [
      'a connection that was refused',
      network({ code: 'ECONNREFUSED' }),
      UnavailableError,
      'Stripe cannot be reached',
    ],
    [
      'a connection that broke',
      network({ code: 'ECONNRESET' }),
      OutcomeUnknownError,
      'The connection to Stripe broke: retry',
    ],
    [
      'a connection without a reason',
      network('timeout'),
      OutcomeUnknownError,
      'The connection to Stripe broke: retry',
    ],
    [
      'a rate limit',
      api({ statusCode: 429 }),
      UnavailableError,
      'Stripe responded with 429 (StripeAPIError)',
    ],
    [
      'a lock',
      api({ statusCode: 409, code: 'lock_timeout' }),
      OutcomeUnknownError,
      'Stripe responded with 409 (lock_timeout)',
    ],
    [
      'other parameters',
      new errors.StripeIdempotencyError(raw({ statusCode: 400 })),
      RefusedError,
      'Stripe knows this payment with other parameters',
    ],
    [
      'a wrong key',
      new errors.StripeAuthenticationError(raw({ statusCode: 401 })),
      UnavailableError,
      'Stripe refuses STRIPE_API_KEY',
    ],
    [
      'a key that may not',
      new errors.StripePermissionError(raw({ statusCode: 403 })),
      UnavailableError,
      'Stripe refuses STRIPE_API_KEY',
    ],
    [
      'a failure',
      api({ statusCode: 500 }),
      OutcomeUnknownError,
      'Stripe responded with 500 (StripeAPIError)',
    ],
    ['no status', api({}), OutcomeUnknownError, 'Stripe responded with no status (StripeAPIError)'],
    [
      'a request to retry',
      api({ statusCode: 400, headers: { 'stripe-should-retry': 'true' } }),
      OutcomeUnknownError,
      'Stripe responded with 400 (StripeAPIError)',
    ],
  ])('of %s', (_, error, type, message) => {
    const translated = toGatewayError(error);
    expect(translated).toBeInstanceOf(type);
    expect(translated).toMatchObject({ message, cause: error });
  });

  it.each([
    ['a request that can never succeed', invalid({ statusCode: 400 })],
    ['an error of ours', new TypeError('x')],
  ])('%s stays itself', (_, error) => expect(toGatewayError(error)).toBe(error));
});

test.each<[object, number | undefined]>([
  [{ statusCode: 429, headers: { 'retry-after': '3' } }, 3_000],
  [{ statusCode: 429, headers: { 'retry-after': '3600' } }, 60_000],
  [{ statusCode: 429, headers: { 'retry-after': 'soon' } }, 1_000],
  [{ statusCode: 429, headers: { 'retry-after': '-1' } }, 1_000],
  [{ statusCode: 429 }, 1_000],
  [{ statusCode: 503, headers: { 'retry-after': '3' } }, undefined],
])('the pause of %j', (fields, pause) => expect(retryAfterMsOf(api(fields))).toBe(pause));

test('other errors ask for no pause, have no intent, are no failure and no expiry', () => {
  const error = new Error('x');
  expect([retryAfterMsOf(error), intentOf(error), isServerError(error), isExpired(error)]).toEqual([
    undefined,
    undefined,
    false,
    false,
  ]);
});

test.each<[object, boolean, boolean]>([
  [{ statusCode: 500 }, true, false],
  [{ statusCode: 499 }, false, false],
  [{}, false, false],
  [{ statusCode: 400, code: 'charge_expired_for_capture' }, false, true],
  [{ statusCode: 400, code: 'capture_charge_authorization_expired' }, false, true],
])('%j is a failure: %s, an expiry: %s', (fields, failed, expired) => {
  expect([isServerError(api(fields)), isExpired(api(fields))]).toEqual([failed, expired]);
});

describe('an intent', () => {
  const intent = (status: string, last_payment_error?: object) =>
    ({ id: 'pi_1', status, last_payment_error }) as unknown as Stripe.PaymentIntent;
  const declined = (declineCode: string) => ({ approved: false, reference: 'pi_1', declineCode });

  it.each<[Stripe.PaymentIntent, object]>([
    [intent('requires_capture'), { approved: true, reference: 'pi_1' }],
    [intent('succeeded'), { approved: true, reference: 'pi_1' }],
    [intent('requires_action'), declined('authentication_required')],
    [intent('requires_confirmation'), declined('authentication_required')],
    [intent('requires_payment_method'), declined('card_declined')],
    [intent('requires_payment_method', { code: 'expired_card' }), declined('expired_card')],
    [
      intent('requires_payment_method', { code: 'card_declined', decline_code: 'do_not_honor' }),
      declined('do_not_honor'),
    ],
    [
      intent('requires_payment_method', { code: 'authentication_required', decline_code: 'x' }),
      declined('authentication_required'),
    ],
    [intent('canceled'), declined('canceled')],
  ])('%j', (given, answer) => expect(toAnswer(given)).toEqual(answer));

  it('that is under way has an unknown outcome', () => {
    expect(() => toAnswer(intent('processing'))).toThrow(OutcomeUnknownError);
  });

  it.each([
    [undefined, undefined],
    ['processing', undefined],
    ['succeeded', 'captured'],
    ['canceled', 'voided'],
  ])('in %s is final as %s', (status, final) => {
    expect(finalStateOf(status === undefined ? undefined : intent(status))).toBe(final);
  });

  it.each<[number | undefined, boolean]>([
    [undefined, true],
    [100, false],
    [99, true],
  ])('ordered at %s may be forgotten: %s', (orderedAt, forgotten) => {
    expect(mayBeForgotten(orderedAt, 100 + KEY_SAFE_MS)).toBe(forgotten);
  });
});

describe('a refund', () => {
  const refund = (fields: object) => ({ id: 're_1', status: 'succeeded', ...fields }) as Stripe.Refund;
  const ordered = { reference: 'pi_1', idempotencyKey: 'o1', refundId: 'r1', amount: 100, currency: 'USD' };

  /** Returns these results for successive calls; an error is thrown. */
  function refundBy(...answers: unknown[]) {
    const client = {
      call: async () => {
        const answer = answers.shift();
        if (answer instanceof Error) throw answer;
        return answer;
      },
    } as unknown as StripeClient;
    return refundIntent(client, 'pi_1', ordered, new AbortController().signal);
  }

  const none = { data: [], has_more: false };
  const other = { data: [refund({ id: 're_0', metadata: null })], has_more: true };
  const ours = { data: [refund({ metadata: { refund_id: 'r1' } })], has_more: false };

  it.each<[string, unknown[]]>([
    ['is made', [none, refund({})]],
    ['is found', [ours]],
    ['is found on a later page', [other, ours]],
    ['ends its search on an empty page', [{ data: [], has_more: true }, refund({})]],
  ])('%s', async (_, answers) => expect(await refundBy(...answers)).toEqual({ reference: 're_1' }));

  it.each<[unknown, string]>([
    [
      refund({ status: 'failed', failure_reason: 'lost_or_stolen_card' }),
      'The refund has failed at Stripe (lost_or_stolen_card)',
    ],
    [refund({ status: 'canceled' }), 'The refund has failed at Stripe (canceled)'],
    [invalid({ code: 'charge_already_refunded' }), 'Stripe refuses the refund (charge_already_refunded)'],
    [invalid({}), 'Stripe refuses the refund (of a test)'],
  ])('is refused', async (answer, message) => {
    const failure = refundBy(none, answer);
    await expect(failure).rejects.toThrow(RefusedError);
    await expect(failure).rejects.toThrow(message);
  });

  it('rejects with other errors as they are', async () => {
    const error = api({ statusCode: 500 });
    await expect(refundBy(none, error)).rejects.toBe(error);
  });
});
