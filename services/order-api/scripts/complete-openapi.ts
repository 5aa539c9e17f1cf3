/**
 * Completes the OpenAPI document that tsoa derives from the controllers: errors, header fields, bounds and examples that
 * are the same rules on many calls. Run by `npm run generate`.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { PROBLEMS, type ProblemName } from '../src/http/problem-kinds.ts';
import { describeEventWebhooks } from './event-webhooks.ts';
import { CALLS, type CallRules, HEADERS, type HeaderName, PARAMETERS } from './openapi-rules.ts';
import { toOpenApi31 } from './to-openapi-31.ts';

// biome-ignore lint/suspicious/noExplicitAny: a document of any shape is rewritten in place
type Json = any;

const FILE = new URL('../openapi.json', import.meta.url);

const document: Json = JSON.parse(readFileSync(FILE, 'utf8'));
function completeOperation(operation: Json): void {
  const rules = CALLS[operation.operationId];
  if (!rules) throw new Error(`openapi-rules.ts does not know ${operation.operationId}`);
  // The controller declares it so that tsoa knows the schema; the rules define which problems there are.
  delete operation.responses.default;
  for (const parameter of operation.parameters ?? []) completeParameter(parameter);
  const body = operation.requestBody?.content['application/json'];
  if (body) body.example = exampleOf(body.schema);
  for (const [status, response] of Object.entries<Json>(operation.responses))
    completeSuccess(status, response, rules);
  for (const [status, description] of Object.entries(rules.bare ?? {}))
    operation.responses[status] = { description, headers: headersOf(rules.headers?.[status] ?? [], rules) };
  Object.assign(operation.responses, toProblemResponses(rules));
  if (operation.operationId === 'getReadiness') addNotReady(operation);
}

function completeParameter(parameter: Json): void {
  const known = PARAMETERS[parameter.name];
  if (!known) throw new Error(`openapi-rules.ts does not know the parameter ${parameter.name}`);
  parameter.schema = { ...mapSchema(parameter.schema), ...known.schema };
  // Swagger UI sends the examples of optional parameters unless the reader clears them: a used key, a cursor, a signature.
  if (parameter.required) parameter.example = known.example;
}

function completeSuccess(status: string, response: Json, rules: CallRules): void {
  response.headers = headersOf(rules.headers?.[status] ?? [], rules);
  for (const [type, media] of Object.entries<Json>(response.content ?? {})) {
    media.schema = mapSchema(media.schema);
    if (type === 'text/event-stream') describeEvents(media);
    media.example = type.startsWith('application/json') ? exampleOf(media.schema) : TEXT_EXAMPLES[type];
  }
}

/** Any characters: texts for people, and texts that echo a client's input. */
const ANY_TEXT = { pattern: '^[\\s\\S]*$', maxLength: 1_048_576 };

/** OpenAPI 3.2 has `itemSchema` for this. Tools of 3.1 read the schema as that of the text, or of each event: it fits both. */
function describeEvents(media: Json): void {
  media.schema = { description: 'Server-sent events named `status`, each with an Order as its data.' };
  media['x-item-schema'] = {
    type: 'object',
    properties: {
      event: { type: 'string', enum: ['status'] },
      id: { $ref: '#/components/schemas/OrderStatus' },
      data: {
        type: 'string',
        ...ANY_TEXT,
        contentMediaType: 'application/json',
        contentSchema: { $ref: '#/components/schemas/Order' },
      },
    },
    required: ['event', 'id', 'data'],
  };
}

const TEXT_EXAMPLES: Readonly<Record<string, string>> = {
  'text/event-stream':
    'event: status\nid: PENDING\ndata: {"order_id":"0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19","status":"PENDING"}\n\n',
  'text/plain': '# TYPE orders_accepted_total counter\norders_accepted_total{env="local"} 1\n',
};

function headersOf(names: readonly HeaderName[], { limited }: CallRules): Json {
  const quota: HeaderName[] = limited ? ['RateLimit', 'RateLimit-Policy'] : [];
  const all: HeaderName[] = ['X-Request-ID', ...quota, ...names];
  return Object.fromEntries(all.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

const RETRY_LATER: readonly ProblemName[] = ['quotaExceeded', 'unavailable', 'outcomeUnknown', 'keyInFlight'];

/** One response a status, since several problems can share one. */
function toProblemResponses(rules: CallRules): Json {
  const responses: Json = {};
  for (const name of rules.problems) {
    const { status, title, type } = PROBLEMS[name];
    const headers: HeaderName[] = [];
    if (RETRY_LATER.includes(name)) headers.push('Retry-After');
    if (name === 'unauthenticated') headers.push('WWW-Authenticate');
    const example = {
      ...exampleOf({ $ref: '#/components/schemas/Problem' }),
      ...{ type, title, status, detail: MEANINGS[name] },
    };
    if (name !== 'invalid') delete example.errors;
    if (name !== 'alreadyDecided' && name !== 'notPlaced') delete example.order;
    if (name !== 'outcomeUnknown') {
      delete example.order_id;
      delete example.poll_url;
    }
    responses[status] ??= {
      description: '',
      headers: headersOf(headers, rules),
      content: {
        'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' }, examples: {} },
      },
    };
    const { content } = responses[status];
    const parts = [responses[status].description, MEANINGS[name]].filter(Boolean);
    responses[status].description = parts.join(' ');
    content['application/problem+json'].examples[name] = { summary: title, value: example };
  }
  return responses;
}

const MEANINGS: Readonly<Record<ProblemName, string>> = {
  malformed: 'The path or the body cannot be read.',
  unauthenticated: 'No token, a token that is not valid, or a wrong password.',
  forbidden: 'Not yours: user_id is not the caller, or the URL was not signed here.',
  unknownPath: 'This API issues no tokens; its OpenID Connect issuer does.',
  notFound: 'There is no such order, endpoint or event of yours.',
  wrongMethod: 'The path has other methods.',
  keyInFlight: 'The first request with this Idempotency-Key is still running.',
  alreadyDecided: 'The order is decided; `order` shows the decision.',
  notPlaced: 'Another body with the same Idempotency-Key was placed instead; `order` shows its state.',
  expiredUrl: 'The URL has expired.',
  tooLarge: 'The body is larger than 64 KiB.',
  wrongMediaType: 'The body is not JSON in UTF-8.',
  invalid: 'Fields are not valid; `errors` names them.',
  keyReused: 'The Idempotency-Key was used with another body.',
  quotaExceeded: 'The quota is used up until the window ends.',
  internal: 'An internal error occurred.',
  outcomeUnknown:
    'The queue did not confirm the order in time: it may have been placed. Follow or cancel it at poll_url.',
  unavailable: 'A dependency does not respond.',
};

function addNotReady(operation: Json): void {
  const ready = operation.responses[200];
  const notReady = structuredClone(ready);
  notReady.description = 'A dependency does not respond';
  const [media] = Object.values<Json>(notReady.content);
  media.example = { status: 'not ready', checks: { queue: 'unreachable', orders: 'ok', redis: 'ok' } };
  operation.responses[503] = notReady;
}

function mapSchemas(schemas: Json): Json {
  return Object.fromEntries(Object.entries(schemas).map(([name, schema]) => [name, mapSchema(schema)]));
}

/** Adds what tsoa does not generate: OpenAPI 3.0 ignores the siblings of a $ref, and every text needs its bounds. */
function mapSchema(schema: Json): Json {
  if (schema.$ref) {
    const { $ref, ...rest } = schema;
    return Object.keys(rest).length === 0 ? schema : { allOf: [{ $ref }], ...rest };
  }
  const mapped = { ...schema };
  delete mapped.nullable;
  if (mapped.properties) mapped.properties = mapSchemas(mapped.properties);
  if (mapped.items) mapped.items = mapSchema(mapped.items);
  for (const key of ['anyOf', 'allOf', 'oneOf'])
    if (mapped[key]) mapped[key] = mapped[key].map((part: Json) => mapSchema(part));
  const isFree = mapped.type === 'string' && !mapped.enum && !mapped.format && !mapped.pattern;
  return isFree ? { ...ANY_TEXT, ...mapped } : mapped;
}

/** An example made of the examples of its parts. */
function exampleOf(schema: Json): Json {
  if (schema.example !== undefined) return schema.example;
  if (schema.$ref) return exampleOf(document.components.schemas[schema.$ref.split('/').at(-1)]);
  if (schema.allOf) return exampleOf(schema.allOf[0]);
  if (schema.anyOf) return exampleOf(schema.anyOf[0]);
  if (schema.enum) return schema.enum[0];
  if (schema.items) return [exampleOf(schema.items)];
  return Object.fromEntries(
    Object.entries<Json>(schema.properties ?? {}).map(([name, property]) => [name, exampleOf(property)]),
  );
}

document.servers = [
  {
    url: 'https://orders.example.com',
    description: 'Production, behind its load balancer',
    'x-internal': false,
  },
];
document.components.headers = HEADERS;
document.components.schemas = mapSchemas(document.components.schemas);
for (const operations of Object.values<Json>(document.paths))
  for (const operation of Object.values<Json>(operations)) completeOperation(operation);
const { webhooks, schemas } = describeEventWebhooks();
Object.assign(document.components.schemas, schemas);
document.webhooks = webhooks;
writeFileSync(FILE, `${JSON.stringify(toOpenApi31(document, 'MIT'), null, 2)}\n`);
