/** The commands for operators that documents print, run exactly as printed, against one running stack. */
import { resolve } from 'node:path';
import { SendMessageCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { encodeOrderPlaced } from '@order-pipeline/contracts/order-event';
import { ORDER_DLQ } from '@order-pipeline/contracts/queues';
import { PORT_VARIABLES } from '@order-pipeline/local/config';
import { TestedCommands } from '@order-pipeline/local/documents';
import { createSqs } from '@order-pipeline/platform/aws';
import { completeOrder, type E2eStack, startE2eStack } from '../src/stack.js';

/** Order of the transcripts in the runbook. */
const RUNBOOK_ORDER = '0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19';

const documents = new TestedCommands(resolve('.'), 'e2e/test/document-commands.test.ts');

const RUNBOOK = 'docs/runbook.md';
const OPERATIONS = 'docs/operations.md';
const CONSOLE = 'services/operations/web/README.md';

/** Output that shows that a command works which runs until Ctrl-C. */
const UNTIL: Readonly<Record<string, RegExp>> = {
  'npm run orders -- watch': /u123/,
  'npm run dev -w @order-pipeline/console     # Vite with reload; calls go to the service at http://localhost:8090':
    /Local:/,
};

let system: E2eStack;
let orderId: string;
let traffic: NodeJS.Timeout;
let outputs: ReadonlyMap<string, readonly Promise<Output>[]>;

beforeAll(async () => {
  system = await startE2eStack({ console: true });
  orderId = await completeOrder(system.api);
  await sendDeadLetter(RUNBOOK_ORDER);
  // `watch` shows orders that change while it runs.
  const place = () => void system.api.place({ user_id: 'u123', amount: 999 }).catch(() => undefined);
  traffic = setInterval(place, 500);
  outputs = runDocuments();
});

afterAll(async () => {
  clearInterval(traffic);
  await Promise.allSettled([...outputs.values()].flat());
  await system.stack.stop();
});

/** Starts the commands of all documents: one after the other within a document, the documents in parallel. */
function runDocuments() {
  const runbook = runDocument(RUNBOOK, Promise.resolve());
  const rpc = runDocument('docs/rpc.md', Promise.resolve());
  return new Map([
    [RUNBOOK, runbook],
    ['docs/rpc.md', rpc],
    ['docs/payments.md', runDocument('docs/payments.md', Promise.all(rpc))],
    [CONSOLE, runDocument(CONSOLE, Promise.resolve())],
    // It redrives all dead letters: the runbook's is redriven first.
    [OPERATIONS, runDocument(OPERATIONS, Promise.all(runbook.slice(0, 4)))],
  ]);
}

function runDocument(document: string, start: Promise<unknown>): Promise<Output>[] {
  let previous = start;
  return commandsOf(document).map((command) => {
    const output = previous.then(() => run(command));
    previous = output.catch(() => undefined);
    return output;
  });
}

const commandsOf = (document: string) => documents.of(document).flatMap((block) => block.commands);

async function sendDeadLetter(order_id: string): Promise<void> {
  const sqs = createSqs({ region: 'us-east-1', maxAttempts: 3, requestTimeoutMs: 10_000 });
  const order = {
    order_id,
    user_id: 'u123',
    amount: 2_500,
    currency: 'USD',
    items: [{ sku: 'MUG-01', quantity: 2 }],
    payment_method: 'tok_visa',
    created_at: new Date().toISOString(),
  };
  const QueueUrl = `http://127.0.0.1:${system.ports.sqs}/000000000000/${ORDER_DLQ.name}`;
  await sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: encodeOrderPlaced(order) }));
  sqs.destroy();
}

interface Output {
  readonly code: number | null;
  readonly text: string;
}

async function run(command: string): Promise<Output> {
  const { ports } = system;
  const until = UNTIL[command];
  const variables = Object.entries(PORT_VARIABLES).map(([name, variable]) => [
    variable,
    String(ports[name as keyof typeof ports]),
  ]);
  const { code, out, err } = await documents.run(command, {
    // Everything is built: scripts such as `prereconcile` need not look.
    env: {
      PATH: process.env.PATH,
      HOME: process.env.HOME,
      USER: 'alice',
      npm_config_ignore_scripts: 'true',
      ORDER_ID: orderId,
      ...Object.fromEntries(variables),
    },
    ports: {
      8081: ports.scoringHttp,
      50051: ports.scoringGrpc,
      8090: ports.operations,
      50052: ports.operationsGrpc,
    },
    ...(until && { until }),
  });
  return { code, text: `${out}${err}` };
}

/** Parses JSON, without the values that differ from run to run. */
const comparable = (json: string): unknown =>
  JSON.parse(json, (key, value) =>
    ['orderId', 'gatewayReference', 'updatedAt'].includes(key) ? 'varies' : value,
  );

test.each(documents.of('docs/rpc.md').map((block, index) => ({ ...block, index })))(
  '$text',
  async ({ index, output }) => {
    const printed = (await outputs.get('docs/rpc.md')?.[index])?.text ?? '';
    if (output?.language === 'text') expect(printed.trim()).toBe(output.text.trim());
    else expect(comparable(printed)).toEqual(comparable(output?.text ?? 'no output'));
  },
);

/** Exit code (`null` when interrupted) and text of each command, in the sequence of the document. */
type Expected = readonly (readonly [code: number | null, text: RegExp])[];

const EXPECTED: readonly (readonly [document: string, expected: Expected])[] = [
  [
    RUNBOOK,
    [
      [0, /0198c5f2-9a51-7c3e-8a52-3f0d8f0c2b19 +u123 +25\.00 USD/],
      [0, /asks for +25\.00 USD/],
      [0, /Redriven: 1 message/],
      [0, /nothing to redrive/],
      // The order is decided: nothing is left to fail or to write off.
      [3, /no dead letter has the order or message id/],
      [0, /"status":"ready"/],
      [0, /is charged 25\.00 USD/],
      [1, /the payment is CAPTURED already/],
      [0, /status +COMPLETED/],
      [0, /Nothing is open/],
      [0, /The dead-letter queue is empty/],
    ],
  ],
  [
    OPERATIONS,
    [
      [0, /"userId":\s*"u123"/],
      [0, /\{/],
      [0, /"sku":\s*"MUG-01"/],
      [0, /No order matches/],
      [null, /u123/],
      [1, /COMPLETED/],
      [0, /nothing to redrive/],
      [0, /"orderId"(?:[\s\S]*?"orderId"){199}/],
    ],
  ],
  [
    'docs/payments.md',
    [
      // The order was of 999 in the minor unit: only the second refund is possible.
      [1, /refund/],
      [0, /refund/],
    ],
  ],
  [
    CONSOLE,
    [
      [0, /console/],
      [null, /Local:/],
    ],
  ],
];

describe.each(EXPECTED)('%s', (document, expected) => {
  test('prints the commands', () => expect(commandsOf(document)).toHaveLength(expected.length));

  test.each(commandsOf(document).map((command, index) => ({ command, index })))(
    '$command',
    async ({ index }) => {
      const [code, text = /never/] = expected[index] ?? [];
      expect(await outputs.get(document)?.[index]).toEqual({ code, text: expect.stringMatching(text) });
    },
  );
});

test('every command has run', () => expect(documents.pending()).toEqual([]));
