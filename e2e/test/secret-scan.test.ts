/** The scan of logs finds each kind of secret when it is planted, and nothing in what services log. */
import { describe, expect, test } from '@jest/globals';
import { SecretsInLogError, secretsOfEnvironment } from '../src/log-scan.js';
import { ScannedProcess } from '../src/scanned-process.js';
import { findSecrets } from '../src/secret-scan.js';
import { startE2eStack } from '../src/stack.js';

const KNOWN = new Map([['correct-horse-battery', 'password']]);

describe('a planted secret is found, and not repeated', () => {
  test.each([
    ['access token', 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJ1MTIzIn0.c2lnbmF0dXJlLXRoYXQtaXM'],
    ['bearer header', 'Bearer abcdefgh12345678'],
    ['signed URL', '/orders/1?expires=5&signature=q2h5aWxk'],
    ['Stripe key', 'rk_live_51HxyzABC'],
    ['Stripe key', 'sk_test_4eC39HqLyjW'],
    ['signing secret', 'whsec_MfKQ9r8GKYqrTwjU'],
    ['password', '"password":"hunter2"'],
    ['password hash', '$argon2id$v=19$m=65536'],
    ['private key', '-----BEGIN EC PRIVATE KEY-----'],
    ['payment method', 'pm_card_visa'],
    ['payment method', 'tok_visa'],
    ['card number', '4242424242424242'],
    ['card number', '4000 0566 5566 5556'],
    ['card number', '378282246310005'],
    ['password', 'correct-horse-battery'],
  ])('%s', (secret, text) => {
    const [leak, ...others] = findSecrets([`[order-api] {"msg":"x ${text}"}`], KNOWN);
    expect({ secret: leak?.secret, others }).toEqual({ secret, others: [] });
    expect(leak?.line).not.toContain(text);
  });
});

test.each([
  ['a moment', '{"time":"2026-01-15T09:30:00.000Z","lease_until":1768469400000}'],
  [
    'ids',
    '{"order_id":"01a210be-0e4a-716c-a780-63d8a0a47023","trace_id":"4bf92f3577b34da6a3ce929d0e0e4736"}',
  ],
  ['digits that are no card number', '{"amount":4242424242424241}'],
  ['a refund', 'Refunded 0.10 USD (refund 49fd92df049e3b29)'],
  ['what was left out', '{"password":"[redacted]","authorization":"[redacted]","poll_url":"[redacted]"}'],
  ['advice', 'send a bearer token; payment_method holds a card number'],
])('%s is no secret', (_, line) => {
  expect(findSecrets([line], KNOWN)).toEqual([]);
});

test('variables that hold secrets are known by their values', () => {
  const environment = {
    JWT_SECRET: 'k1:a-secret-that-is-long',
    PORT: '8000',
    AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7',
  };
  const known = secretsOfEnvironment(environment);
  expect(known.get('a-secret-that-is-long')).toBe('JWT_SECRET');
  expect([...known.values()]).toEqual(['JWT secret', 'URL signing key', 'JWT_SECRET']);
});

describe('a secret that a process prints fails the suite', () => {
  const PLANTED = 'whsec_MfKQ9r8GKYqrTwjU';

  test('when it is one of the stack', async () => {
    const plant = `--import data:text/javascript,process.on('exit',()=>console.log('${PLANTED}'))`;
    const { stack, lines } = await startE2eStack({ overrides: { webhooks: { NODE_OPTIONS: plant } } });
    const stopped = await stack.stop().catch((error: unknown) => error);
    expect(lines.filter((line) => line.includes(PLANTED))).toEqual([`[webhooks] ${PLANTED}`]);
    expect(stopped).toBeInstanceOf(SecretsInLogError);
    expect(String(stopped)).toContain('signing secret: [webhooks] [...]');
    expect(String(stopped)).not.toContain(PLANTED);
  });

  test('when it runs alone', async () => {
    const program = 'console.error(process.env.API_TOKEN)';
    const child = new ScannedProcess('alone', ['-e', program], { API_TOKEN: 'correct-horse-battery' });
    await expect(child.ended()).rejects.toThrow('API_TOKEN: [alone] [...]');
  });
});
