/** The scripts that docs/deploy.md and the workflow call. Pulumi's CLI is stood in for: it only notes how it was called. */
import { execFile, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Emulator, startDynamoEmulator } from '@order-pipeline/local/emulators';
import { awsEnvironment } from '@order-pipeline/local/environment';
import { createTables } from '@order-pipeline/local/provision';
import { ROOT } from './support/capture.ts';

const run = promisify(execFile);
const script = (name: string) => join(ROOT, 'infra/scripts', name);

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'order-pipeline-scripts-'));
  writeFileSync(join(folder, 'pulumi'), `#!/bin/sh\necho "$*" >> "${join(folder, 'calls')}"\n`);
  chmodSync(join(folder, 'pulumi'), 0o755);
});

afterAll(() => rmSync(folder, { recursive: true }));

describe('plugins.sh', () => {
  it('installs the plugins in the versions of the packages', async () => {
    await run(script('plugins.sh'), { env: { PATH: `${folder}:${process.env.PATH}` } });
    const packages = createRequire(import.meta.url);
    const calls = readFileSync(join(folder, 'calls'), 'utf8').trim().split('\n');
    expect(calls).toEqual(
      ['aws', 'awsx', 'random', 'docker-build'].map(
        (name) => `plugin install resource ${name} ${packages(`@pulumi/${name}/package.json`).version}`,
      ),
    );
  });
});

describe('rollback.sh', () => {
  it.each([{}, { version: 'unknown', images: {} }])(
    'refuses outputs without a version: %j',
    async (outputs) => {
      const file = join(folder, 'before.json');
      writeFileSync(file, JSON.stringify(outputs));
      const env = { PATH: `${folder}:${process.env.PATH}` };
      await expect(run(script('rollback.sh'), ['dev', file], { env })).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('names no version'),
      });
    },
  );
});

describe('add-user.mjs', () => {
  let dynamo: Emulator;
  let client: DynamoDBClient;

  beforeAll(async () => {
    dynamo = await startDynamoEmulator();
    Object.assign(process.env, awsEnvironment(dynamo.endpoint, dynamo.endpoint));
    client = new DynamoDBClient({ region: 'us-east-1' });
    await createTables(client);
  });

  afterAll(async () => {
    client.destroy();
    await dynamo.stop();
  });

  function addUser(password: string): Promise<number | null> {
    const child = spawn(process.execPath, [script('add-user.mjs'), 'users', 'smoke'], {
      env: { PATH: process.env.PATH, ...awsEnvironment(dynamo.endpoint, dynamo.endpoint) },
      stdio: ['pipe', 'ignore', 'ignore'],
    });
    child.stdin.end(password);
    return new Promise((resolve) => child.once('exit', resolve));
  }

  it('opens an account, and stores no password', async () => {
    expect(await addUser('correct horse battery\n')).toBe(0);
    const { Item } = await client.send(
      new GetItemCommand({ TableName: 'users', Key: { user_id: { S: 'smoke' } } }),
    );
    expect(Item?.password_hash?.S).toMatch(/^\$argon2id\$/);
  });

  it('refuses a short password', async () => {
    expect(await addUser('short')).toBe(1);
  });
});
