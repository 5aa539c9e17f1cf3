import { expect, test } from '@jest/globals';
import { CATALOGUE } from '@order-pipeline/local/catalogue';
import { loadOpenApi } from '../src/docs/router.js';
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

// biome-ignore lint/suspicious/noExplicitAny: the document is walked by its names
const document = loadOpenApi() as any;
// biome-ignore lint/suspicious/noExplicitAny: as above
const operations: any[] = Object.values<any>(document.paths).flatMap((methods) => Object.values(methods));

test('the example of an order costs what the catalogue says, and is for the user of the login', () => {
  const exampleOf = (path: string) =>
    document.paths[path].post.requestBody.content['application/json'].example;
  const { user_id, amount, currency, items } = exampleOf('/orders');
  const priceOf = (sku: string) => CATALOGUE.find((item) => item.sku === sku)?.unitPrice ?? Number.NaN;
  const total = items.reduce(
    (sum: number, line: { sku: string; quantity: number }) => sum + priceOf(line.sku) * line.quantity,
    0,
  );
  expect({ user_id, amount, currency }).toEqual({
    user_id: exampleOf('/login').user_id,
    amount: total,
    currency: 'USD',
  });
});

interface Parameter {
  readonly name: string;
  readonly required?: boolean;
  readonly example?: unknown;
  readonly examples?: unknown;
  readonly schema: { readonly examples?: unknown };
}

test('nothing optional is filled in by Swagger UI', () => {
  const filled = operations.flatMap(({ operationId, parameters = [] }) =>
    parameters.flatMap(({ name, required, example, examples, schema }: Parameter) =>
      !required && (example ?? examples ?? schema.examples) ? [`${operationId} ${name}`] : [],
    ),
  );
  expect(filled).toEqual([]);
});

test.each(['getOrder', 'followOrder', 'cancelOrder'])('%s takes a signed URL or a token', (operationId) => {
  const operation = operations.find((one) => one.operationId === operationId);
  expect(operation.security).toEqual(expect.arrayContaining([{ signed_url: [] }, { bearer: [] }]));
  expect(operation.security).toHaveLength(2);
});

test('without a console the root is an index of links, each of which answers', async () => {
  const { status, body } = await call(`${api.url}/`);
  expect(status).toBe(200);
  expect(Object.keys(body.links)).toEqual(['docs', 'redoc', 'openapi', 'health', 'ready']);
  for (const link of Object.values<string>(body.links))
    expect([link, (await call(api.url + link)).status]).toEqual([link, 200]);
});
