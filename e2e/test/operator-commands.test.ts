/** The operators' commands of docs/runbook.md and docs/payments.md, run as printed on orders of a real stack. */
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { PORT_VARIABLES } from '@order-pipeline/local/config';
import { type E2eStack, startE2eStack } from '../src/stack.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** sysexits(3), as the runbook lists them. */
const DONE = 0;
const FAILED = 1;
const NOT_FOUND = 3;
const UNAVAILABLE = 69;

/** Commands of a document. Options in brackets, and the meaning behind two blanks, are no part of a command. */
function commandsOf(document: string): string[] {
  const lines = readFileSync(`${ROOT}/docs/${document}`, 'utf8').matchAll(
    /^(?:\$ )?(npm run orders -- .+)$/gm,
  );
  return [...lines].map(([, line = '']) => line.split(/ {2,}| # | \[/, 1)[0] ?? '');
}

const commands = [...new Set([...commandsOf('runbook.md'), ...commandsOf('payments.md')])].filter(
  // Accounts need another AUTH_MODE, and forwarding runs until it is stopped; both have tests of their own.
  (command) => !/-- (user|listen|simulate)/.test(command),
);

let system: E2eStack;
let orderId: string;

beforeAll(async () => {
  system = await startE2eStack();
  const body = { user_id: 'u123', amount: 2_500, items: [{ sku: 'MUG-01', quantity: 2 }] };
  const order = await system.api.place(body);
  await system.api.untilFinal(order.poll_url);
  orderId = order.order_id;
});

afterAll(() => system.stack.stop());

interface Result {
  readonly code: number;
  readonly out: string;
}

function run(command: string): Promise<Result> {
  const ports = Object.entries(PORT_VARIABLES).map(([name, variable]) => [
    variable,
    String(system.ports[name as keyof typeof system.ports]),
  ]);
  const env = { PATH: process.env.PATH, USER: 'alice', ...Object.fromEntries(ports) };
  return new Promise((resolve) => {
    execFile('bash', ['-c', command], { cwd: ROOT, env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : DONE, out: `${stdout}${stderr}` }),
    );
  });
}

/** Puts the order's id in place of the document's, and a value in place of each placeholder. */
const toCommand = (printed: string) =>
  printed
    .replaceAll(/\bORDER_ID\b|\bID\b(?! \|)|[0-9a-f]{8}-[0-9a-f-]{27}/g, orderId)
    .replaceAll(/ID \| --all/g, '--all')
    .replaceAll(/\bTEXT\b/g, '"as the runbook says"');

test('the documents print the commands', () => {
  expect(commands.length).toBeGreaterThan(12);
});

test.each(commands)('%s', async (printed) => {
  const { code, out } = await run(toCommand(printed));
  // A completed order refuses some of them, and `trace` reads the log that only `npm start` writes. None is a usage error.
  const answers = [DONE, FAILED, NOT_FOUND, ...(/-- trace /.test(printed) ? [UNAVAILABLE] : [])];
  expect({ answered: answers.includes(code), code, out }).toEqual({
    answered: true,
    code: expect.any(Number),
    out: expect.not.stringMatching(/usage:|unknown (command|option)/i),
  });
});

test('the order is shown as it was: completed', async () => {
  const { code, out } = await run(`npm run --silent orders -- show ${orderId}`);
  expect([code, out]).toEqual([DONE, expect.stringContaining('COMPLETED')]);
});
