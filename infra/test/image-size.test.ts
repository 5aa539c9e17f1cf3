/** Images stay small and complete: the assembled tree starts. */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BASE_BYTES, findOversized, IMAGE_LIMIT_BYTES, measureTree, toTable } from '../images/size.ts';
import { assembleTree, installArguments, manifestsOf } from '../images/tree.ts';
import { ROOT } from './support/capture.ts';

const run = promisify(execFile);
const dockerfile = readFileSync(join(ROOT, 'Dockerfile'), 'utf8');

describe('what is measured', () => {
  it('is installed as the Dockerfile installs it', () => {
    expect(installArguments(dockerfile, 'services/scoring')).toEqual(
      expect.arrayContaining(['ci', '--ignore-scripts', '--omit=dev', '--workspace', 'services/scoring']),
    );
    expect(manifestsOf(dockerfile)).toEqual(
      expect.arrayContaining(['package.json', 'package-lock.json', 'services/scoring/package.json']),
    );
  });

  it('is refused from a Dockerfile without that stage', () => {
    expect(() => installArguments('FROM scratch\n', 'services/scoring')).toThrow(/no stage production/);
  });

  it('is too large from the limit on', () => {
    const sizes = [BASE_BYTES, IMAGE_LIMIT_BYTES - 1, IMAGE_LIMIT_BYTES].map((totalBytes, index) => ({
      workspace: `w${index}`,
      applicationBytes: totalBytes - BASE_BYTES,
      totalBytes,
    }));
    expect(findOversized(sizes).map(({ workspace }) => workspace)).toEqual(['w2']);
    expect(toTable(sizes)).toContain('| w2 | 40.0 | 120.0 |');
  });

  it('is what a layer holds, compressed', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'image-size-'));
    writeFileSync(join(folder, 'zeros'), Buffer.alloc(1_000_000));
    const { applicationBytes } = await measureTree('w', folder);
    rmSync(folder, { recursive: true });
    expect(applicationBytes).toBeGreaterThan(100);
    expect(applicationBytes).toBeLessThan(20_000);
  });
});

describe('the largest image, order-api', () => {
  const workspace = 'services/order-api';
  let target: string;

  beforeAll(() => {
    target = mkdtempSync(join(tmpdir(), 'image-'));
    assembleTree({ root: ROOT, workspace, target });
  }, 180_000);

  afterAll(() => rmSync(target, { recursive: true, force: true }));

  it('is under the limit', async () => {
    expect(findOversized([await measureTree(workspace, target)])).toEqual([]);
  });

  it('has production packages of its workspace alone', () => {
    const absent = ['typescript', 'tsoa', '@pulumi', 'jest', 'fauxqs', '@biomejs'];
    const lock = JSON.parse(readFileSync(join(target, 'node_modules/.package-lock.json'), 'utf8'));
    const installed = Object.keys(lock.packages);
    expect(installed).toContain('node_modules/@tsoa/runtime');
    for (const name of absent) {
      expect(installed.filter((path) => path.startsWith(`node_modules/${name}`))).toEqual([]);
    }
  });

  it('starts: every module is there, and the configuration is read', async () => {
    const started = run(process.execPath, ['dist/main.js'], {
      cwd: join(target, workspace),
      env: { PATH: process.env.PATH, STAGE: 'prod' },
    });
    const output = await started.then(
      ({ stdout, stderr }) => stdout + stderr,
      (error: { stdout: string; stderr: string }) => error.stdout + error.stderr,
    );
    expect(output).toMatch(/The configuration has \d+ problem/);
    expect(output).toContain('SQS_QUEUE_URL is not set');
  });

  it('hashes passwords: the native module has its binary', async () => {
    const script = "import('argon2').then(({ hash }) => hash('a')).then((text) => console.log(text))";
    const { stdout } = await run(process.execPath, ['-e', script], { cwd: join(target, workspace) });
    expect(stdout).toMatch(/^\$argon2/);
  });
});
