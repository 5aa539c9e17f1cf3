/** The examples of the client's README, run as they are printed, one after the other, against the real stack. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { TestedCommands } from '@order-pipeline/local/documents';
import { type E2eStack, startE2eStack } from '../src/stack.js';

const documents = new TestedCommands(resolve('.'), 'e2e/test/client-readme.test.ts');

let system: E2eStack;
let folder: string;

beforeAll(async () => {
  system = await startE2eStack();
  folder = await mkdtemp(join(tmpdir(), 'client-readme-'));
});

afterAll(async () => {
  await system.stack.stop();
  await rm(folder, { recursive: true });
});

async function blockOf(heading: string): Promise<string> {
  const readme = await readFile(resolve('packages/client/README.md'), 'utf8');
  const section = readme.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';
  const block = /^```js\n(.*?)^```$/ms.exec(section)?.[1];
  if (block === undefined) throw new Error(`no example under "${heading}"`);
  return block;
}

test('the package is packed and installed', async () => {
  // It has no dependencies: nothing is downloaded.
  const npm = { npm_config_offline: 'true', npm_config_audit: 'false', npm_config_ignore_scripts: 'true' };
  const env = { ...process.env, ...npm, PROJECT: folder };
  expect(await documents.runAll('packages/client/README.md', { env })).toMatchObject({ code: 0 });
  expect(documents.pending()).toEqual([]);
});

test('an order is placed, followed and listed', async () => {
  const blocks = await Promise.all(
    ['Place an order', 'Follow an order', 'List orders'].map((heading) => blockOf(heading)),
  );
  const api = `http://localhost:${system.ports.api}`;
  const answer = await fetch(`${api}/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"user_id":"u123"}',
  });
  const { access_token } = (await answer.json()) as { access_token: string };
  const given = `const cart = { id: 'cart-readme' };\nconst readToken = () => ${JSON.stringify(access_token)};\n`;
  const program = given + blocks.join('').replace('http://localhost:8000', api);
  await writeFile(join(folder, 'example.mjs'), program);
  const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'example.mjs')]);
  const lines = stdout.trim().split('\n');
  // The outcome, its status once more as a stream, and the order among those of its customer.
  expect(lines).toEqual(['COMPLETED undefined', 'COMPLETED', expect.stringMatching(/^[0-9a-f-]{36}$/)]);
});
