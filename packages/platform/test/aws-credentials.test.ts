/** Credentials of a file are followed while clients live. */
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListQueuesCommand } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSqs } from '../src/aws.js';
import { createFileCredentials } from '../src/aws-credentials.js';

let folder: string;
let path: string;
let server: Server;
/** Access keys that requests were signed with. */
let keys: string[];

/** Replaces the file at once, as Vault's agent does. */
function write(
  key: string,
  text = `[default]\naws_access_key_id=${key}\naws_secret_access_key=s\naws_session_token=t\n`,
) {
  writeFileSync(`${path}.new`, text);
  renameSync(`${path}.new`, path);
}

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'order-pipeline-aws-'));
  path = join(folder, 'aws-credentials');
  keys = [];
  server = createServer((request, response) => {
    keys.push(/Credential=([^/]+)/.exec(request.headers.authorization ?? '')?.[1] ?? 'none');
    response.setHeader('content-type', 'application/x-amz-json-1.0').end('{}');
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});

afterEach(() => {
  delete process.env.AWS_SHARED_CREDENTIALS_FILE;
  delete process.env.AWS_ENDPOINT_URL_SQS;
  server.closeAllConnections();
  server.close();
  rmSync(folder, { recursive: true });
});

describe('createFileCredentials', () => {
  it('reads the file again, and says when the SDK shall ask again', async () => {
    write('AKIA1');
    const credentials = createFileCredentials(path, { refreshMs: 60_000, now: () => 1_000 });
    expect(await credentials()).toMatchObject({ accessKeyId: 'AKIA1', sessionToken: 't' });
    write('AKIA2');
    expect(await credentials()).toMatchObject({ accessKeyId: 'AKIA2', expiration: new Date(361_000) });
  });

  it('keeps the last credentials while the file cannot be used', async () => {
    write('AKIA1');
    const credentials = createFileCredentials(path);
    await credentials();
    write('', 'half of a fi');
    expect(await credentials()).toMatchObject({ accessKeyId: 'AKIA1' });
  });

  it('rejects when there never were any', async () => {
    await expect(createFileCredentials(join(folder, 'nothing'))()).rejects.toThrow('default');
  });

  it('lets a client sign with the new key without being created again', async () => {
    write('AKIA1');
    const { port } = server.address() as AddressInfo;
    process.env.AWS_SHARED_CREDENTIALS_FILE = path;
    process.env.AWS_ENDPOINT_URL_SQS = `http://127.0.0.1:${port}`;
    const sqs = createSqs({
      region: 'eu-central-1',
      maxAttempts: 1,
      requestTimeoutMs: 5_000,
      credentialsRefreshMs: 0,
    });
    await sqs.send(new ListQueuesCommand({}));
    write('AKIA2');
    await sqs.send(new ListQueuesCommand({}));
    sqs.destroy();
    expect(keys).toEqual(['AKIA1', 'AKIA2']);
  });
});
