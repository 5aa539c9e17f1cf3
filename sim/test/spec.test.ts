/** The specification holds, and fails without each of its fences: otherwise it would say nothing. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const root = fileURLToPath(new URL('../..', import.meta.url));

function simulate(module: string, samples: number) {
  const args = [
    'run',
    'sim/spec/order-protocol.qnt',
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

test('no invariant is broken', () => {
  const { status, output } = simulate('protocol', 150);
  expect(output).toContain('[ok] No violation found');
  expect(status).toBe(0);
});

test.each(['without_token', 'without_attempt'])('%s: an invariant is broken', (module) => {
  const { status, output } = simulate(module, 3_000);
  expect(output).toContain('[violation] Found an issue');
  expect(status).not.toBe(0);
});
