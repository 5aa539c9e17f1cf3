/** Writes the example requests as a Postman collection (v2.1), which Bruno and Insomnia import, too. */
import { createHash } from 'node:crypto';
import type { ExampleRequest } from './example-requests.ts';

// biome-ignore lint/suspicious/noExplicitAny: documents are walked by their names
type Json = any;

const SCHEMA = 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json';

/** Returns the collection. Equal documents give equal collections. */
export function toPostmanCollection(document: Json, requests: readonly ExampleRequest[]): Json {
  const tags = [...new Set(requests.map(({ tag }) => tag))];
  const variables = requests.flatMap(({ sets }) => Object.keys(sets));
  return {
    info: {
      _postman_id: toId(document.info.title),
      name: document.info.title,
      description: `${document.info.description}\n\nSend the requests from top to bottom: responses set the variables that later requests need.`,
      schema: SCHEMA,
    },
    auth: { type: 'bearer', bearer: [{ key: 'token', value: '{{token}}', type: 'string' }] },
    variable: [
      { key: 'api', value: 'http://localhost:8000' },
      ...[...variables, 'order_path', 'order_query'].map((key) => ({ key, value: '' })),
    ],
    item: tags.map((tag) => ({
      name: tag,
      item: requests.filter((request) => request.tag === tag).map(toItem),
    })),
  };
}

function toItem(request: ExampleRequest): Json {
  const { operationId, summary, description, method, bearer, body } = request;
  const script = toScript(request);
  return {
    id: toId(operationId),
    name: summary,
    ...(script.length > 0 && {
      event: [{ listen: 'test', script: { type: 'text/javascript', exec: script } }],
    }),
    request: {
      method,
      description,
      ...(!bearer && { auth: { type: 'noauth' } }),
      header: body === undefined ? [] : [{ key: 'Content-Type', value: 'application/json' }],
      url: toUrl(request),
      ...(body !== undefined && { body: { mode: 'raw', raw: JSON.stringify(body, null, 2) } }),
    },
    response: [],
  };
}

/** An action on an order is a part of the path before the query of its signed URL. */
function toUrl({ signed, path }: ExampleRequest): string {
  return signed ? `{{order_path}}${path}?{{order_query}}` : `{{api}}${path.replace(/\{(\w+)\}/g, '{{$1}}')}`;
}

function toScript({ sets }: ExampleRequest): string[] {
  const entries = Object.entries(sets);
  if (entries.length === 0) return [];
  const lines = entries.map(([name, field]) => `pm.collectionVariables.set('${name}', answer.${field});`);
  const split = [
    "const [path, query] = answer.poll_url.split('?');",
    "pm.collectionVariables.set('order_path', path);",
    "pm.collectionVariables.set('order_query', query);",
  ];
  return ['const answer = pm.response.json();', ...lines, ...('poll_url' in sets ? split : [])];
}

/** A UUID that depends on the name alone. */
function toId(name: string): string {
  const hex = createHash('sha256').update(name).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}
