/** The commands of docs/operations.md, run as printed against the operations service of a real stack. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PORT_VARIABLES } from '@order-pipeline/local/config';
import { completeOrder, type E2eStack, startE2eStack } from '../src/stack.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

const commands = [
  ...readFileSync(`${ROOT}/docs/operations.md`, 'utf8').matchAll(
    /<!-- tested: e2e\/test\/operations-docs\.test\.ts -->\n\n```bash\n(?<lines>[^`]+)```/g,
  ),
].flatMap(({ groups }) => (groups?.lines ?? '').trim().split(/(?<!\\)\n/));

/** Text in the answer of each command. */
const ANSWERS: readonly (readonly [method: string, answer: RegExp])[] = [
  ['ListOrders', /"userId":\s*"u123"/],
  ['RedriveDeadLetters', /\{/],
  ['ListStock', /"sku":\s*"MUG-01"/],
  ['list --status FAILED', /No order matches/],
  ['watch', /u123/],
  ['cancel', /COMPLETED/],
  ['dlq redrive', /nothing to redrive/],
  ['PlaceOrders', /"orderId"(?:[\s\S]*?"orderId"){199}/],
];

let system: E2eStack;
let orderId: string;

beforeAll(async () => {
  system = await startE2eStack({ console: true });
  orderId = await completeOrder(system.api);
});

afterAll(() => system.stack.stop());

/** Runs a command until it ends; `watch` runs until it has printed the order that is placed meanwhile. */
async function run(printed: string): Promise<string> {
  const { operations, operationsGrpc } = system.ports;
  const command = printed
    .replaceAll('localhost:50052', `localhost:${operationsGrpc}`)
    .replaceAll('localhost:8090', `localhost:${operations}`)
    .replaceAll('ORDER_ID', orderId);
  const ports = Object.entries(PORT_VARIABLES).map(([name, variable]) => [
    variable,
    String(system.ports[name as keyof typeof system.ports]),
  ]);
  const env = { PATH: process.env.PATH, HOME: process.env.HOME, USER: 'alice', ...Object.fromEntries(ports) };
  const child = spawn('bash', ['-c', command], { cwd: ROOT, env, detached: true });
  const isWatch = /-- watch$/.test(printed);
  let text = '';
  let placing: NodeJS.Timeout | undefined;
  if (isWatch)
    placing = setInterval(() => void system.api.place({ user_id: 'u123', amount: 999 }).catch(() => {}), 500);
  const collect = (chunk: Buffer) => {
    text += chunk;
    if (isWatch && text.includes('u123') && child.pid) process.kill(-child.pid, 'SIGINT');
  };
  child.stdout.on('data', collect);
  child.stderr.on('data', collect);
  await new Promise((done) => child.once('close', done));
  clearInterval(placing);
  return text;
}

test('the document prints the commands', () => {
  expect(commands).toHaveLength(ANSWERS.length);
});

test.each(commands)('%s', async (command) => {
  const [, answer = /never/] = ANSWERS.find(([method]) => command.includes(method)) ?? [];
  expect(await run(command)).toMatch(answer);
});
