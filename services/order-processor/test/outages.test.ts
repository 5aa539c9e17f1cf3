/** Work that fails because a service is down costs its message no receive. */
import { Code, ConnectError } from '@connectrpc/connect';
import { expect, test } from '@jest/globals';
import type { Scoring } from '@order-pipeline/order-protocol/scoring';
import { createOutageError } from '@order-pipeline/platform/rpc/outage';
import { metOutage } from '../src/outages.js';

/** Services of which payment serves while `serves` returns true; counts its health checks. */
function scoringOf(serves: () => boolean) {
  const checks: boolean[] = [];
  const client = { isServing: async () => true };
  const isServing = async () => {
    checks.push(serves());
    return serves();
  };
  return {
    scoring: { inventory: client, fraud: client, payment: { isServing } } as unknown as Scoring,
    checks,
  };
}

const unavailable = () => new ConnectError('connection refused', Code.Unavailable);

test('an error that names the dependency needs no check', async () => {
  const { scoring, checks } = scoringOf(() => true);
  expect(await metOutage(scoring, createOutageError('down', 'payment-provider'), {})).toBe(true);
  expect(checks).toEqual([]);
});

test.each([
  ['a service that does not serve', unavailable(), false, true],
  ['a service that serves', unavailable(), true, false],
  ['a call that timed out', new ConnectError('late', Code.DeadlineExceeded), false, true],
])('a call without a response, and %s', async (_title, error, serves, outage) => {
  const { scoring, checks } = scoringOf(() => serves);
  expect(await metOutage(scoring, error, {})).toBe(outage);
  expect(checks).toEqual([serves]);
});

test.each([
  ['an answer', new ConnectError('no such order', Code.NotFound)],
  ['an error of another kind', new Error('a bug')],
])('%s is no reason to check', async (_title, error) => {
  const { scoring, checks } = scoringOf(() => false);
  expect(await metOutage(scoring, error, {})).toBe(false);
  expect(checks).toEqual([]);
});

test('a message that takes the service down again and again spends its receives in the end', async () => {
  const { scoring } = scoringOf(() => false);
  const [message, another] = [{}, {}];
  const outages: boolean[] = [];
  for (let time = 0; time < 5; time += 1) outages.push(await metOutage(scoring, unavailable(), message));
  expect(outages).toEqual([true, true, true, false, false]);
  expect(await metOutage(scoring, unavailable(), another)).toBe(true);
});
