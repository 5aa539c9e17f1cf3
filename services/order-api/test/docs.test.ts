import { expect, test } from '@jest/globals';
import { call } from './harness.js';
import { api } from './running-api.js';

test('the document names this server', async () => {
  const { status, body } = await call(`${api.url}/openapi.json`);
  expect(status).toBe(200);
  expect(body.servers).toEqual([{ url: api.url, description: expect.any(String) }]);
  expect(Object.keys(body.paths)).toEqual(
    expect.arrayContaining(['/login', '/orders', '/orders/{order_id}']),
  );
});

test.each(['/docs', '/redoc'])('%s is made of files of this server alone', async (path) => {
  const { status, headers, body } = await call(api.url + path);
  expect(status).toBe(200);
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
  const policy = headers.get('content-security-policy') ?? '';
  expect(policy).toContain("default-src 'none'; script-src 'self';");
  expect(policy).not.toMatch(/https?:/);
  expect(body).not.toMatch(/https?:/);
  const files = [...body.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map(([, file]) => file);
  expect(files.length).toBeGreaterThanOrEqual(2);
  for (const file of files) {
    const asset = await call(api.url + file);
    expect([file, asset.status]).toEqual([file, 200]);
    expect(asset.headers.get('content-type')).toMatch(/^text\/(css|javascript); charset=utf-8$/);
  }
});
