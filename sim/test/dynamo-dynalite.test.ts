/** The simulated DynamoDB and dynalite do the same with the same random writes. */

import { CreateTableCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Emulator, startDynamoEmulator } from '@order-pipeline/local/emulators';
import type { DynamoClient, UpdateRequest } from '@order-pipeline/platform/dynamo/client';
import { createDynamoSdk } from '@order-pipeline/platform/dynamo/sdk';
import { createDynamo } from '@order-pipeline/platform/dynamo/sdk-client';
import fc from 'fast-check';
import { SimDatabase } from '../src/cloud/dynamo/database.js';
import { ExpressionError } from '../src/cloud/dynamo/lexer.js';
import { TableConditionError } from '../src/cloud/dynamo/table.js';

const TABLE = 'things';
let emulator: Emulator;
let dynalite: DynamoClient;

beforeAll(async () => {
  emulator = await startDynamoEmulator();
  process.env.AWS_ENDPOINT_URL_DYNAMODB = emulator.endpoint;
  process.env.AWS_ACCESS_KEY_ID = 'local';
  process.env.AWS_SECRET_ACCESS_KEY = 'local';
  const options = { region: 'us-east-1', maxAttempts: 2, requestTimeoutMs: 20_000 };
  const sdk = createDynamoSdk(options);
  await sdk.send(
    new CreateTableCommand({
      TableName: TABLE,
      KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
      AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
      BillingMode: 'PAY_PER_REQUEST',
    }),
  );
  sdk.destroy();
  dynalite = createDynamo(options);
});

afterAll(async () => {
  dynalite.destroy();
  await emulator.stop();
});

const paths = fc.constantFrom('#a', '#b', '#m.#a', '#m.#k', '#m.#k.#a', '#l[0]', '#l[1]');
const values = fc.constantFrom(':n', ':s', ':t', ':list', ':map', ':zero');
const names = { '#a': 'a', '#b': 'b', '#m': 'm', '#k': 'k', '#l': 'l' };
const VALUES: Record<string, unknown> = {
  ':n': 3,
  ':zero': 0,
  ':s': 'text',
  ':t': 'tex',
  ':list': [1, 'two'],
  ':map': { a: 1, k: { a: 2 } },
};

/** Of two paths dynalite calls missing attributes equal, which DynamoDB does not: one side is a value. */
const predicates: fc.Arbitrary<string> = fc.oneof(
  paths.map((path) => `attribute_exists(${path})`),
  paths.map((path) => `attribute_not_exists(${path})`),
  fc.tuple(paths, fc.constantFrom('=', '<>'), values).map((parts) => parts.join(' ')),
  fc
    .tuple(paths, fc.constantFrom('<', '<=', '>', '>='), fc.constantFrom(':n', ':s', ':zero'))
    .map((parts) => parts.join(' ')),
  fc.tuple(paths, fc.constantFrom(':s', ':t')).map(([path, part]) => `begins_with(${path}, ${part})`),
  fc.tuple(paths, values).map(([path, part]) => `contains(${path}, ${part})`),
  fc.tuple(paths, fc.constantFrom('=', '<', '>=')).map(([path, sign]) => `size(${path}) ${sign} :n`),
  paths.map((path) => `${path} BETWEEN :zero AND :n`),
  fc.tuple(paths, values).map(([path, value]) => `${path} IN (:n, ${value === ':n' ? ':s' : value})`),
);

const conditions = fc.letrec<{ condition: string }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    predicates,
    fc
      .tuple(tie('condition'), fc.constantFrom('AND', 'OR'), tie('condition'))
      .map((parts) => `(${parts.join(' ')})`),
    // Redundant parentheses are refused.
    tie('condition').map((inner) => (inner.startsWith('(') ? `NOT ${inner}` : `NOT (${inner})`)),
  ),
})).condition;

const operands = fc.oneof(
  values,
  paths,
  fc.tuple(paths, values).map(([path, value]) => `if_not_exists(${path}, ${value})`),
  fc.tuple(paths, fc.constantFrom('+', '-')).map(([path, sign]) => `${path} ${sign} :n`),
  fc
    .tuple(paths, fc.constantFrom('+', '-'))
    .map(([path, sign]) => `if_not_exists(${path}, :zero) ${sign} :n`),
  paths.map((path) => `list_append(if_not_exists(${path}, :list), :list)`),
);

/** Clauses with paths that do not overlap, as DynamoDB demands. */
const updates = fc.oneof(
  fc.tuple(paths, operands).map(([path, operand]) => `SET ${path} = ${operand}`),
  fc.tuple(operands, operands).map(([first, second]) => `SET #a = ${first}, #b = ${second}`),
  fc.tuple(operands).map(([operand]) => `SET #a = ${operand} REMOVE #m.#k`),
  paths.map((path) => `REMOVE ${path}`),
  fc.constantFrom('ADD #a :n', 'ADD #b :n SET #a = :s'),
);

const writes = fc.record({
  key: fc.constantFrom('x', 'y'),
  update: updates,
  condition: fc.option(conditions),
});

function toRequest(
  run: number,
  write: { key: string; update: string; condition: string | null },
): UpdateRequest {
  const text = `${write.update} ${write.condition ?? ''}`;
  const used = (all: Record<string, unknown>) =>
    Object.entries(all).filter(([name]) => new RegExp(`${name}(?![a-z])`).test(text));
  const usedValues = used(VALUES);
  const usedNames = used(names) as [string, string][];
  return {
    TableName: TABLE,
    Key: { id: `${run}-${write.key}` },
    UpdateExpression: write.update,
    ...(write.condition !== null && { ConditionExpression: write.condition }),
    ...(usedNames.length > 0 && { ExpressionAttributeNames: Object.fromEntries(usedNames) }),
    ...(usedValues.length > 0 && { ExpressionAttributeValues: Object.fromEntries(usedValues) }),
    ReturnValues: 'ALL_NEW',
  };
}

async function inDynalite(request: UpdateRequest): Promise<unknown> {
  try {
    return (await dynalite.update(request)).Attributes;
  } catch (error) {
    return toOutcome((error as Error).name);
  }
}

function inSimulation(database: SimDatabase, request: UpdateRequest): unknown {
  try {
    return database.update(request).Attributes;
  } catch (error) {
    if (error instanceof TableConditionError) return 'condition';
    if (error instanceof ExpressionError) return 'invalid';
    throw error;
  }
}

function toOutcome(name: string): string {
  if (name === 'ConditionFailedError') return 'condition';
  if (name === 'ValidationException') return 'invalid';
  return name;
}

test('random conditional updates have the same outcomes and leave the same items', async () => {
  let run = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(writes, { minLength: 1, maxLength: 6 }), async (sequence) => {
      run += 1;
      const shape = { name: TABLE, hashKey: { name: 'id', type: 'S' as const }, indexes: [] };
      const database = new SimDatabase([shape], { now: () => 0, later: (apply) => apply(), limited: false });
      const start = { id: `${run}-x`, a: 1, m: { a: 5, k: { a: 7 } }, l: [1, 2] };
      database.put({ TableName: TABLE, Item: start });
      await dynalite.put({ TableName: TABLE, Item: start });
      for (const write of sequence) {
        const request = toRequest(run, write);
        expect([request, inSimulation(database, request)]).toEqual([request, await inDynalite(request)]);
      }
    }),
    // The same writes each time: some that copy a map into itself make dynalite recurse forever.
    { numRuns: 60, seed: 1 },
  );
}, 180_000);
