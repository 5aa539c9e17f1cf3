/**
 * The scripts that docs/deploy.md and the workflow call, with a stand-in for Pulumi's CLI that only records its calls.
 */
import { execFile } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
