/** The commands of docs/rpc.md, run exactly as printed, give the documented output. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { completeOrder, type E2eStack, startE2eStack } from '../src/stack.js';

const ROOT = new URL('../../', import.meta.url);
const run = promisify(execFile);

/** A command of the document, and the output below it. */
interface Example {
  readonly command: string;
  readonly kind: string;
  readonly output: string;
}

const examples: readonly Example[] = [
  ...readFileSync(new URL('docs/rpc.md', ROOT), 'utf8').matchAll(
    /```bash\n(?<command>[^`]+)```\n+```(?<kind>json|text)\n(?<output>[^`]+)```/g,
  ),
].map(({ groups }) => groups as unknown as Example);

let system: E2eStack;
let orderId: string;

beforeAll(async () => {
  system = await startE2eStack();
  orderId = await completeOrder(system.api);
});

afterAll(() => system.stack.stop());

/** JSON without what differs from run to run. */
function comparable(json: string): unknown {
  const varying = ['orderId', 'gatewayReference', 'updatedAt'];
  return JSON.parse(json, (key, value) => (varying.includes(key) ? 'varies' : value));
}

test('the document has examples', () => {
  expect(examples).toHaveLength(9);
});

test.each(examples)('$command', async ({ command, kind, output }) => {
  const { scoringGrpc, scoringHttp } = system.ports;
  const script = command
    .replaceAll('localhost:50051', `localhost:${scoringGrpc}`)
    .replaceAll('localhost:8081', `localhost:${scoringHttp}`);
  const env = { ...process.env, ORDER_ID: orderId };
  const { stdout } = await run('bash', ['-c', script], { cwd: fileURLToPath(ROOT), env });
  if (kind === 'text') expect(stdout.trim()).toBe(output.trim());
  else expect(comparable(stdout)).toEqual(comparable(output));
});
