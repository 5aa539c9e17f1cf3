/** New seeds for every commit, and the situations in which no order may be dead-lettered. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const run = promisify(execFile);
const main = fileURLToPath(new URL('../dist/main.js', import.meta.url));

/** Prints what was found where something was. */
async function simulate(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [main, ...args], { encoding: 'utf8' }).catch(
    (error: { stdout: string }) => error,
  );
  return stdout;
}

test.each([
  ['random faults', ['--seconds', '30']],
  ['an outage of the payment provider', ['--seconds', '5', '--scenario', 'gateway-outage']],
  ['an outage of scoring', ['--seconds', '5', '--scenario', 'scoring-outage']],
  ['a clock that is a minute behind', ['--seconds', '5', '--scenario', 'clock-skew']],
])(
  '%s break nothing',
  async (_title, args) => {
    const printed = await simulate(...args, '--base', 'commit');
    expect(printed).toMatch(/[1-9]\d* runs of base/);
    expect(printed).toContain('No violation.');
  },
  180_000,
);

test('a seed that once dead-lettered an order holds: its message met the outage on one worker, then on the other', async () => {
  expect(await simulate('--scenario', 'gateway-outage', '--seed', '3783930')).toContain('No violation.');
}, 60_000);
