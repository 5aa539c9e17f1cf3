/** The generated curl page and Postman collection, sent as they are printed to the real stack. */
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestedCommands } from '@order-pipeline/local/documents';
import { type E2eStack, startE2eStack } from '../src/stack.js';

// biome-ignore lint/suspicious/noExplicitAny: documents are walked by their names
type Json = any;

const documents = new TestedCommands(resolve('.'), 'e2e/test/api-examples.test.ts');

let system: E2eStack;
let folder: string;
let api: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'api-examples-'));
  system = await startE2eStack();
  api = `http://localhost:${system.ports.api}`;
});

afterAll(async () => {
  await system.stack.stop();
  await rm(folder, { recursive: true });
});

/** The order is decided when it is to be cancelled. */
const EXPECTED: Readonly<Record<string, number>> = {
  'Log in': 200,
  'Place an order': 202,
  'Read an order': 200,
  'Follow an order': 200,
  'List own orders': 200,
  'Cancel an order': 409,
  'Register a webhook endpoint': 201,
  'List webhook endpoints': 200,
  'Read a webhook endpoint': 200,
  'Change a webhook endpoint': 200,
  'Send a test event': 202,
  'List the deliveries of a webhook endpoint': 200,
  'Redeliver an event': 202,
  'Rotate the secret of a webhook endpoint': 200,
  Health: 200,
  Readiness: 200,
  Metrics: 200,
};

/** A curl that also prints the status of each answer, and as much of jq as the page uses. */
const PROGRAMS: Readonly<Record<string, string>> = {
  curl: `#!/bin/sh
PATH="$REAL_PATH" exec curl -w '%{stderr}%{http_code}\\n' "$@"
`,
  jq: `#!/usr/bin/env node
const [option, path] = process.argv.slice(2);
const value = JSON.parse(require('node:fs').readFileSync(0, 'utf8'))[path.slice(1)];
if (option !== '-r' || value === undefined) process.exit(1);
console.log(value);
`,
};

test('each command of docs/curl.md works as it is printed', async () => {
  const page = await readFile(resolve('docs/curl.md'), 'utf8');
  const headings = [...page.matchAll(/^### (.*)$/gm)].map(([, heading = '']) => heading);
  expect(headings).toEqual(Object.keys(EXPECTED));
  for (const [name, program] of Object.entries(PROGRAMS)) {
    await writeFile(join(folder, name), program);
    await chmod(join(folder, name), 0o755);
  }
  const path = process.env.PATH ?? '';
  const { code, err } = await documents.runAll('docs/curl.md', {
    env: { PATH: `${folder}:${path}`, REAL_PATH: path },
    ports: { 8000: system.ports.api },
  });
  expect({ code, pending: documents.pending() }).toEqual({ code: 0, pending: [] });
  const noted = err.trim().split('\n').map(Number);
  expect(Object.fromEntries(headings.map((heading, index) => [heading, noted[index]]))).toEqual(EXPECTED);
});

test('each request of the Postman collection works in its sequence', async () => {
  const collection: Json = JSON.parse(
    await readFile(resolve('docs/order-api.postman_collection.json'), 'utf8'),
  );
  const variables = new Map<string, string>(collection.variable.map(({ key, value }: Json) => [key, value]));
  variables.set('api', api);
  const fill = (text: string) => text.replace(/\{\{(\w+)\}\}/g, (_, name) => variables.get(name) ?? '');
  const statuses: Record<string, number> = {};
  for (const { name, request, event = [] } of collection.item.flatMap(({ item }: Json) => item)) {
    const { bearer } = { ...collection.auth, ...request.auth };
    const headers = request.header.map(({ key, value }: Json) => [key, value]);
    if (request.auth?.type !== 'noauth') headers.push(['Authorization', `Bearer ${fill(bearer[0].value)}`]);
    const { method, body } = request;
    const response = await fetch(fill(request.url), { method, headers, ...(body && { body: body.raw }) });
    const text = await response.text();
    const pm = { response: { json: () => JSON.parse(text) }, collectionVariables: variables };
    for (const { script } of event) runInNewContext(script.exec.join('\n'), { pm });
    statuses[name] = response.status;
    // The next requests need a decided order.
    if (name === 'Place an order') await system.api.untilFinal(variables.get('poll_url') ?? '');
  }
  expect(statuses).toEqual(EXPECTED);
});
