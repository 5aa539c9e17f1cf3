import { describe, expect, it, test } from '@jest/globals';
import fc from 'fast-check';
import { loadConfig } from '../src/config.js';
import { decideFraud, type OrderFeatures } from '../src/fraud/decide.js';

const { fraud } = loadConfig({ SCORING_SERVICES: 'fraud' });
if (!fraud) throw new Error('fraud is served');
const { card } = fraud;

const DAY_MS = 86_400_000;
const harmless: OrderFeatures = {
  amount: 999,
  currency: 'USD',
  velocity: 1,
  quantity: 1,
  accountAgeMs: 400 * DAY_MS,
};

describe('the default scorecard', () => {
  it.each([
    ['a small order', {}, 0, 'ACCEPT'],
    ['an amount at the limit', { amount: 100_000 }, 0, 'ACCEPT'],
    ['an amount half way', { amount: 550_000 }, 0.4, 'ACCEPT'],
    ['an amount just below the full one', { amount: 999_000 }, 0.7991, 'ACCEPT'],
    ['a large amount alone', { amount: 1_000_000 }, 0.8, 'REJECT'],
    ['a huge amount', { amount: Number.MAX_SAFE_INTEGER }, 0.8, 'REJECT'],
    ['velocity alone', { velocity: 100 }, 0.4, 'ACCEPT'],
    ['quantity alone', { quantity: 5_000 }, 0.3, 'ACCEPT'],
    ['a new account alone', { accountAgeMs: 0 }, 0.2, 'ACCEPT'],
    ['an account from the future', { accountAgeMs: -DAY_MS }, 0.2, 'ACCEPT'],
    [
      'velocity, quantity and a new account',
      { velocity: 100, quantity: 500, accountAgeMs: 0 },
      0.9,
      'REJECT',
    ],
    ['everything at once', { amount: 1e6, velocity: 100, quantity: 500, accountAgeMs: 0 }, 1, 'REJECT'],
  ] as const)('%s', (_, suspicious, score, decision) => {
    expect(decideFraud({ ...harmless, ...suspicious }, card)).toMatchObject({ score, decision });
  });

  test('explains each contribution', () => {
    const order = { ...harmless, amount: 550_000, accountAgeMs: 1.25 * DAY_MS };
    expect(decideFraud(order, card).contributions).toEqual([
      {
        feature: 'amount',
        value: 550_000,
        points: 0.4,
        explanation:
          'amount is 550000 in the minor unit of USD: nothing up to 100000, 0.8 points from 1000000',
      },
      {
        feature: 'velocity',
        value: 1,
        points: 0,
        explanation: 'velocity is 1 orders of the user within 60 s: nothing up to 10, 0.4 points from 60',
      },
      {
        feature: 'quantity',
        value: 1,
        points: 0,
        explanation: 'quantity is 1 pieces: nothing up to 20, 0.3 points from 200',
      },
      {
        feature: 'account_age',
        value: 1.25,
        points: 0.1983,
        explanation: 'account_age is 1.25 days: nothing from 30, 0.2 points up to 1',
      },
    ]);
  });

  test('says what is not known', () => {
    const { score, contributions } = decideFraud(
      { ...harmless, velocity: undefined, accountAgeMs: undefined },
      card,
    );
    expect(score).toBe(0);
    expect(contributions.filter(({ value }) => value === 0)).toEqual([
      {
        feature: 'velocity',
        value: 0,
        points: 0,
        explanation: 'velocity adds nothing: recent orders of the user could not be counted',
      },
      {
        feature: 'account_age',
        value: 0,
        points: 0,
        explanation: 'account_age adds nothing: it is not known when the account was opened',
      },
    ]);
  });
});

describe('any scorecard', () => {
  const weight = fc.double({ min: 0, max: 1, noNaN: true });
  const limits = fc
    .uniqueArray(fc.nat(1_000_000), { minLength: 2, maxLength: 2 })
    .map((pair) => pair.toSorted((a, b) => a - b) as [number, number]);
  const rising = fc
    .record({ limits, weight })
    .map(({ limits: [from, full], ...rest }) => ({ from, full, ...rest }));
  const falling = fc
    .record({ limits, weight })
    .map(({ limits: [full, from], ...rest }) => ({ from, full, ...rest }));
  const cards = fc.record({
    scales: fc.record({ amount: rising, velocity: rising, quantity: rising, account_age: falling }),
    rejectFrom: fc.double({ min: 0.0001, max: 1, noNaN: true }),
    velocityWindowMs: fc.constant(60_000),
  });
  const amounts = fc.nat(Number.MAX_SAFE_INTEGER);
  const orders = fc.record({
    amount: amounts,
    currency: fc.constant('USD'),
    velocity: fc.option(amounts, { nil: undefined }),
    quantity: amounts,
    accountAgeMs: fc.option(fc.integer(), { nil: undefined }),
  });

  test('scores within [0, 1], as the sum of its contributions, and decides by the threshold', () => {
    fc.assert(
      fc.property(orders, cards, (order, anyCard) => {
        const { score, decision, contributions } = decideFraud(order, anyCard);
        expect(score).toBeGreaterThanOrEqual(0);
        expect(score).toBeLessThanOrEqual(1);
        expect(score).toBeCloseTo(
          Math.min(
            1,
            contributions.reduce((sum, { points }) => sum + points, 0),
          ),
          3,
        );
        expect(decision).toBe(score >= anyCard.rejectFrom ? 'REJECT' : 'ACCEPT');
        for (const { feature, points } of contributions)
          expect(points).toBeLessThanOrEqual(anyCard.scales[feature].weight + 0.000_05);
      }),
    );
  });

  test('a more suspicious order never scores less', () => {
    fc.assert(
      fc.property(orders, cards, fc.nat(1_000_000), (order, anyCard, more) => {
        const { score } = decideFraud(order, anyCard);
        const worse: OrderFeatures[] = [
          { ...order, amount: order.amount + more },
          { ...order, quantity: order.quantity + more },
          { ...order, velocity: order.velocity === undefined ? more : order.velocity + more },
          { ...order, accountAgeMs: order.accountAgeMs === undefined ? more : order.accountAgeMs - more },
        ];
        for (const one of worse) expect(decideFraud(one, anyCard).score).toBeGreaterThanOrEqual(score);
      }),
    );
  });
});
