/** Webhook verification against the reference library of the Standard Webhooks specification. */
import { expect, test } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { verifyWebhook } from '../src/index.js';

const SECRET = `whsec_${Buffer.from('a secret of at least 24 bytes').toString('base64')}`;
const OTHER = `whsec_${Buffer.from('another secret of many bytes').toString('base64')}`;
const event = { specversion: '1.0', id: 'e-1', type: 'order.completed', data: { order_id: 'o-1' } };
const body = JSON.stringify(event);
const now = new Date('2026-01-15T09:30:00Z');

function sign(secret = SECRET, at = now, payload = body) {
  return {
    'webhook-id': 'e-1',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1_000)),
    'webhook-signature': new Webhook(secret).sign('e-1', at, payload),
  };
}
const options = { nowMs: now.getTime() };

test('accepts what the reference library signs, as text, bytes, Headers and with other letter case', async () => {
  expect(await verifyWebhook(body, sign(), SECRET, options)).toEqual(event);
  expect(await verifyWebhook(Buffer.from(body), new Headers(sign()), SECRET, options)).toEqual(event);
  const upper = Object.fromEntries(
    Object.entries(sign()).map(([name, value]) => [name.toUpperCase(), [value]]),
  );
  expect(await verifyWebhook(body, upper, SECRET, options)).toEqual(event);
});

test('accepts one of several signatures and one of several secrets', async () => {
  const headers = { ...sign(), 'webhook-signature': `v1a,xx v1,%%% ${sign(OTHER)['webhook-signature']}` };
  expect(await verifyWebhook(body, headers, [SECRET, OTHER], options)).toEqual(event);
});

test.each([
  ['another body', `${body} `, sign(), SECRET, /no signature/],
  ['another secret', body, sign(), OTHER, /no signature/],
  ['an old timestamp', body, sign(SECRET, new Date(now.getTime() - 301_000)), SECRET, /differs/],
  ['a future timestamp', body, sign(SECRET, new Date(now.getTime() + 301_000)), SECRET, /differs/],
  ['a timestamp that was changed', body, { ...sign(), 'webhook-timestamp': '1768469401' }, SECRET, /no sig/],
  ['an id that was changed', body, { ...sign(), 'webhook-id': 'e-2' }, SECRET, /no signature/],
  ['a text as timestamp', body, { ...sign(), 'webhook-timestamp': 'now' }, SECRET, /Unix time/],
  [
    'a missing header',
    body,
    { ...sign(), 'webhook-signature': undefined },
    SECRET,
    /webhook-signature is missing/,
  ],
  ['an unreadable secret', body, sign(), 'whsec_%', /base64/],
  ['an empty secret', body, sign(), '', /base64/],
  ['a body that is not JSON', 'x', sign(SECRET, now, 'x'), SECRET, /not JSON/],
])('refuses %s', async (_, payload, headers, secret, message) => {
  const failure = verifyWebhook(payload, headers, secret, options);
  await expect(failure).rejects.toThrow(message);
  await expect(failure).rejects.toMatchObject({ name: 'WebhookVerificationError' });
});
