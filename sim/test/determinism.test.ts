/** The same seed gives the same history, byte for byte, in one process and in another. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const run = promisify(execFile);
const probe = fileURLToPath(new URL('digest-probe.mjs', import.meta.url));
const SEEDS = ['11', '12', '13', '14', '15', '16'];

async function digests(seeds: readonly string[]): Promise<Record<string, string>> {
  const { stdout } = await run(process.execPath, [probe, ...seeds], { encoding: 'utf8' });
  return Object.fromEntries(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.split(' ') as [string, string]),
  );
}

test('histories do not depend on the process, nor on the runs before', async () => {
  const forward = await digests(SEEDS);
  const backward = await digests(SEEDS.toReversed());
  const alone = await digests(SEEDS.slice(3, 4));
  expect(Object.values(forward).every((digest) => /^[0-9a-f]{64}$/.test(digest))).toBe(true);
  expect(new Set(Object.values(forward)).size).toBe(SEEDS.length);
  expect(backward).toEqual(forward);
  expect(forward).toMatchObject(alone);
});
