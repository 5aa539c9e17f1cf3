/** The specifications hold, and fail without each of their fences: otherwise they would say nothing. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

function simulate(spec: string, module: string, samples: number) {
  const args = [
    'run',
    `sim/spec/${spec}.qnt`,
    `--main=${module}`,
    '--invariant=safety',
    '--backend=typescript',
    `--max-samples=${samples}`,
    '--max-steps=40',
    '--verbosity=1',
  ];
  const { status, stdout, stderr } = spawnSync('node_modules/.bin/quint', args, {
    cwd: root,
    encoding: 'utf8',
  });
  return { status, output: `${stdout}${stderr}` };
}

test.each(['order-protocol', 'idempotency-key'])('%s: no invariant is broken', (spec) => {
  const { status, output } = simulate(spec, 'protocol', 150);
  expect(output).toContain('[ok] No violation found');
  expect(status).toBe(0);
});

test.each([
  ['order-protocol', 'without_token'],
  ['order-protocol', 'without_attempt'],
  ['order-protocol', 'without_note'],
  ['idempotency-key', 'without_table'],
])('%s, %s: an invariant is broken', (spec, module) => {
  const { status, output } = simulate(spec, module, 10_000);
  expect(output).toContain('[violation] Found an issue');
  expect(status).not.toBe(0);
});
