/** Every response to any request is documented in the OpenAPI document, with a matching body and header fields. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { startTestStack, type TestStack } from '@order-pipeline/local/test-stack';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import fc from 'fast-check';
import { loadOpenApi } from '../src/docs/router.js';
import { call, logIn, placeOrder, putRecord, startApi, type TestApi, toRecord } from './harness.js';

// biome-ignore lint/suspicious/noExplicitAny: the document is walked by its names
type Json = any;

const REQUESTS = 5_200;

let stack: TestStack;
let api: TestApi;
let token: string;
/** Signed URLs of orders in several states. */
let signedUrls: URL[];

beforeAll(async () => {
  stack = await startTestStack();
  api = await startApi(stack, { POLL_RATE_LIMIT: '100000/minute' });
  token = (await logIn(api, 'u1')).Authorization;
  signedUrls = [];
  for (const status of [undefined, 'PROCESSING', 'COMPLETED', 'REJECTED', 'CANCELLED'] as const) {
    const { body } = await placeOrder(api, 'u1');
    const reason = status === 'REJECTED' ? { reason: 'OUT_OF_STOCK' as const } : {};
    if (status) await putRecord(stack, toRecord(body.order_id, 'u1', { status, ...reason }));
    signedUrls.push(new URL(body.poll_url));
  }
  await registerEndpoint();
});

afterAll(async () => {
  await api.stop();
  await stack.stop();
});

/** Registers the webhook endpoint and the event that requests name more often than not. */
async function registerEndpoint(): Promise<void> {
  const headers = { Authorization: token };
  const json = { url: WEBHOOK_URL };
  const { body } = await call(`${api.url}/webhook-endpoints`, { json, headers });
  endpointId = body.endpoint_id;
  const test = await call(`${api.url}/webhook-endpoints/${endpointId}/test`, { method: 'POST', headers });
  eventId = test.body.event_id;
}

const WEBHOOK_URL = 'https://shop.example/hooks';
let endpointId = '';
let eventId = '';

const document: Json = loadOpenApi();
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(document, 'openapi.json');

const validators = new Map<string, ValidateFunction>();

/** The validator of a schema of the document, by its JSON pointer. */
function validatorOf(...path: string[]): ValidateFunction {
  const pointer = path
    .map((part) => part.replace(/~/g, '~0').replace(/\//g, '~1'))
    .map(encodeURIComponent)
    .join('/');
  const known = validators.get(pointer) ?? ajv.compile({ $ref: `openapi.json#/${pointer}` });
  validators.set(pointer, known);
  return known;
}

interface Sent {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
}

/** Text that schemas do not expect. */
const hostile = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.constantFrom(
    '',
    ' ',
    'null',
    "' OR 1=1 --",
    '../../etc/passwd',
    '%00',
    '\u0000',
    '<script>alert(1)</script>',
    '{"$ne":null}',
    '__proto__',
    'constructor',
    '9'.repeat(400),
    'x'.repeat(3_000),
    '\ud800',
  ),
);

const anyJson = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  hostile,
  fc.double(),
  fc.constantFrom(-1, 0, 1e21, null, true),
);

/** Values that fit a schema of the document. */
function fitting(schema: Json): fc.Arbitrary<unknown> {
  if (schema.$ref) return fitting(document.components.schemas[schema.$ref.split('/').at(-1)]);
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.type === 'integer') return fc.integer({ min: schema.minimum, max: schema.maximum });
  if (schema.type === 'array') return fc.array(fitting(schema.items), { maxLength: 5 });
  if (schema.type === 'string')
    return schema.pattern
      ? fc.stringMatching(new RegExp(schema.pattern)).filter((s) => s.length <= schema.maxLength)
      : fc.uuid();
  const { properties = {}, required = [] } = schema;
  return fc.record(
    Object.fromEntries(Object.entries(properties).map(([name, part]) => [name, fitting(part)])),
    { requiredKeys: required },
  );
}

/** Mostly the fitting value, sometimes another. */
const spoiled = (value: fc.Arbitrary<unknown>) =>
  fc.oneof({ weight: 6, arbitrary: value }, { weight: 1, arbitrary: anyJson });

/** Values of fields that only few texts fit. */
const KNOWN: Readonly<Record<string, string>> = { user_id: 'u1', url: WEBHOOK_URL };

/** Bodies that fit, or do not in one field, in extra ones, as a whole, or as JSON. */
function bodies(schema: Json): fc.Arbitrary<string> {
  const resolved = document.components.schemas[schema.$ref.split('/').at(-1)];
  const object = fc.record(
    Object.fromEntries(
      Object.entries<Json>(resolved.properties).map(([name, part]) => [
        name,
        spoiled(KNOWN[name] ? fc.constant(KNOWN[name]) : fitting(part)),
      ]),
    ),
    { requiredKeys: [] },
  );
  const extended = fc
    .tuple(object, fc.dictionary(hostile, anyJson, { maxKeys: 2 }))
    .map(([a, b]) => ({ ...b, ...a }));
  return fc.oneof(
    {
      weight: 6,
      arbitrary: fc.oneof(object, extended, fitting(resolved)).map((value) => JSON.stringify(value)),
    },
    { weight: 1, arbitrary: anyJson.map((value) => JSON.stringify(value) ?? '') },
    { weight: 1, arbitrary: hostile },
    {
      weight: 1,
      arbitrary: fc.constantFrom('{', '[]', '{"a":1,}', `{"user_id":"${'x'.repeat(70_000)}"}`, '[[[[[['),
    },
  );
}

const headerText = hostile.map((text) => text.replace(/[^\t\x20-\x7e\x80-\xff]/g, '').trim());

function headersOf(operation: Json, hasBody: boolean): fc.Arbitrary<Record<string, string>> {
  const named = (operation.parameters ?? []).filter((parameter: Json) => parameter.in === 'header');
  const fields: Record<string, fc.Arbitrary<string>> = {
    'X-Request-ID': headerText,
    traceparent: headerText,
    Authorization: fc.oneof(
      { weight: 8, arbitrary: fc.constant(token) },
      { weight: 1, arbitrary: headerText },
      { weight: 1, arbitrary: headerText.map((text) => `Bearer ${text}`) },
    ),
  };
  for (const { name, schema } of named)
    fields[name] = fc.oneof(fc.stringMatching(new RegExp(schema.pattern)), headerText).map((text) =>
      // A held back response would delay the test.
      name === 'Prefer'
        ? text.replace(/\d/g, '0')
        : name === 'If-None-Match' && text.length > 500
          ? '*'
          : text,
    );
  if (hasBody)
    fields['Content-Type'] = fc.oneof(
      { weight: 9, arbitrary: fc.constant('application/json') },
      {
        weight: 1,
        arbitrary: fc.constantFrom('text/plain', 'application/json; charset=latin1', 'application/jsonx', ''),
      },
    );
  const always = ['Authorization', ...(hasBody ? ['Content-Type'] : [])];
  return fc.record(fields, { requiredKeys: always });
}

function queryOf(operation: Json): fc.Arbitrary<string> {
  const named = (operation.parameters ?? []).filter((parameter: Json) => parameter.in === 'query');
  const fields = Object.fromEntries(
    named.map(({ name, schema }: Json) => [name, spoiled(fitting(schema))]),
  ) as Record<string, fc.Arbitrary<unknown>>;
  return fc.record(fields, { requiredKeys: [] }).map((query) =>
    Object.entries(query)
      .map(([name, value]) => `${name}=${encode(toText(value))}`)
      .join('&'),
  );
}

/** The gate sends the same requests every time; another CONFORMANCE_SEED sends others. */
const SEED = Number(process.env.CONFORMANCE_SEED ?? 1);

/** Hostile values include objects that no string conversion takes. */
const toText = (value: unknown) => (typeof value === 'string' ? value : (JSON.stringify(value) ?? ''));

const encode = (text: string) => encodeURIComponent(text.toWellFormed());

/** Requests to one operation: those to one order carry a signature that is right more often than not, or a token alone. */
function requestsTo(path: string, method: string, operation: Json): fc.Arbitrary<Sent> {
  const body = operation.requestBody?.content['application/json'].schema;
  const isSigned = operation.security?.some((scheme: Json) => 'signed_url' in scheme);
  const random = fc.record({
    path: fc
      .oneof({ weight: 1, arbitrary: hostile }, { weight: 3, arbitrary: fc.constant(undefined) })
      .map((id) =>
        path
          .replace('{order_id}', encode(id ?? 'x') || 'x')
          .replace('{endpoint_id}', id === undefined ? endpointId : encode(id) || 'x')
          .replace('{event_id}', id === undefined ? eventId : encode(id) || 'x'),
      ),
    query: queryOf(operation),
  });
  const signed = fc
    .nat()
    .map((index) => signedUrls[index % signedUrls.length] as URL)
    .map((url) => ({
      path: path.replace('{order_id}', url.pathname.split('/').at(-1) ?? ''),
      query: url.search.slice(1),
    }));
  const byToken = fc.oneof(signed, random).map((sent) => ({ ...sent, query: '' }));
  const target = isSigned
    ? fc.oneof(
        { weight: 3, arbitrary: signed },
        { weight: 1, arbitrary: byToken },
        { weight: 1, arbitrary: random },
      )
    : random;
  return fc
    .tuple(target, headersOf(operation, body !== undefined), body ? bodies(body) : fc.constant(undefined))
    .map(([{ path, query }, headers, text]) => ({
      method: method.toUpperCase(),
      path,
      query,
      headers,
      body: text,
    }));
}

/** Sends a request and returns what the document lacks of its response. */
async function findFault(
  path: string,
  method: string,
  sent: Sent,
  seen: Set<number>,
): Promise<string | undefined> {
  const url = `${api.url}${sent.path}${sent.query ? `?${sent.query}` : ''}`;
  const follow = path.endsWith('/events');
  const response = await fetch(url, {
    method: sent.method,
    headers: sent.headers,
    ...(sent.body !== undefined && { body: sent.body }),
    ...(follow && { signal: AbortSignal.timeout(5_000) }),
  });
  const { status } = response;
  seen.add(status);
  const expected = document.paths[path][method].responses[status];
  if (!expected) return `status ${status} is not documented`;
  if (status === 500) return 'status 500';
  const type = response.headers.get('content-type')?.split(';')[0] ?? '';
  if (!expected.content) return (await response.text()) === '' ? undefined : `a body with status ${status}`;
  if (!expected.content[type]) return `status ${status} with ${type}`;
  const fault = findHeaderFault(response.headers, expected.headers);
  if (fault) return fault;
  if (type === 'text/event-stream') {
    await response.body?.cancel();
    return undefined;
  }
  const text = await response.text();
  const validate = validatorOf('paths', path, method, 'responses', String(status), 'content', type, 'schema');
  const value = type.endsWith('json') ? JSON.parse(text) : text;
  return validate(value) ? undefined : `${status} ${text.slice(0, 500)}: ${ajv.errorsText(validate.errors)}`;
}

function findHeaderFault(headers: Headers, named: Json): string | undefined {
  if (!headers.has('x-request-id')) return 'no X-Request-ID';
  for (const name of Object.keys(named)) {
    const value = headers.get(name);
    if (value === null) continue;
    const { schema } = document.components.headers[name];
    const validate = validatorOf('components', 'headers', name, 'schema');
    if (!validate(schema.type === 'integer' ? Number(value) : value)) return `${name}: ${value}`;
  }
  return undefined;
}

const operations = Object.entries<Json>(document.paths).flatMap(([path, methods]) =>
  Object.entries<Json>(methods).map(([method, operation]) => ({ path, method, operation })),
);

/** Health and metrics take no input: they need fewer requests. */
const share = (path: string) => (/^\/(health|ready|metrics)$/.test(path) ? 0.02 : 1);
const shares = operations.reduce((sum, { path }) => sum + share(path), 0);

/** Statuses that the requests must cause, so that the test covers them. */
const REACHED: Readonly<Record<string, readonly number[]>> = {
  login: [200, 400, 413, 415, 422],
  placeOrder: [202, 400, 401, 403, 413, 415, 422],
  listOrders: [200, 401, 422],
  getOrder: [200, 304, 401, 403, 404],
  followOrder: [200, 401, 403, 404],
  cancelOrder: [200, 401, 403, 404, 409],
  registerWebhookEndpoint: [201, 400, 401, 422],
  getWebhookEndpoint: [200, 401, 404],
  changeWebhookEndpoint: [200, 401, 404, 422],
  rotateWebhookSecret: [200, 401, 404, 422],
  sendTestWebhook: [202, 401, 404],
  redeliverWebhook: [202, 401, 404],
};

const PARALLEL = 10;

test.each(operations)(
  '$method $path',
  async ({ path, method, operation }) => {
    const numRuns = Math.ceil((REQUESTS * share(path)) / shares / PARALLEL);
    const requests = fc.array(requestsTo(path, method, operation), {
      minLength: PARALLEL,
      maxLength: PARALLEL,
    });
    const seen = new Set<number>();
    await fc.assert(
      fc.asyncProperty(requests, async (sent) => {
        const faults = await Promise.all(sent.map((one) => findFault(path, method, one, seen)));
        expect(faults.filter(Boolean)).toEqual([]);
      }),
      { numRuns, seed: SEED },
    );
    expect([...seen]).toEqual(expect.arrayContaining([...(REACHED[operation.operationId] ?? [200])]));
  },
  300_000,
);
