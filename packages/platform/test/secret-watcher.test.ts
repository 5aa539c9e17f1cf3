import { mkdir, mkdtemp, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { EnvReader, orUndefined } from '../src/env.js';
import { createLogger } from '../src/logger.js';
import type { Secret } from '../src/secret.js';
import { type SecretWatch, type WatchOptions, watchSecrets } from '../src/secret-watcher.js';

const parse = (text: string) =>
  /^\w{4,}$/.test(text) ? { value: text } : { problems: ['is no word of four letters'] };

let folder: string;
let path: string;
let logs: string[];
let watch: SecretWatch | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'secret-'));
  path = join(folder, 'key');
  logs = [];
});
afterEach(async () => {
  await watch?.stop();
  await rm(folder, { recursive: true });
});

function open(file = path, options: Partial<WatchOptions> = {}): Secret<string> {
  const read = new EnvReader({ KEY_FILE: file }).secret('KEY', { parse, remedy: 'set it' });
  const secret = orUndefined(read);
  if (!secret) throw new Error('not a secret');
  const logger = createLogger('test', 'info', { write: (line: string) => void logs.push(line) });
  watch = watchSecrets([secret], { logger, intervalMs: 5, ...options });
  return secret;
}

/** A sleep that ends when the test calls `look`, which resolves after the files have been read. */
function stepByStep() {
  let asleep: (wake: () => void) => void = () => undefined;
  let sleeping = new Promise<() => void>((resolve) => {
    asleep = resolve;
  });
  return {
    sleep: (_ms: number, signal: AbortSignal) =>
      new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve(), { once: true });
        asleep(resolve);
      }),
    look: async () => {
      const wake = await sleeping;
      sleeping = new Promise((resolve) => {
        asleep = resolve;
      });
      wake();
      await sleeping;
    },
  };
}

/** Resolves with the next value of the secret. */
function next(secret: Secret<string>): Promise<string> {
  return new Promise((resolve) => {
    const stop = secret.onChange((value) => {
      stop();
      resolve(value);
    });
  });
}

/** Resolves once a line with this text is logged. */
async function logged(text: string): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!logs.some((line) => line.includes(text))) {
    if (Date.now() > deadline) throw new Error(`nothing was logged about ${text}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('a secret follows its file', () => {
  test('written in place', async () => {
    await writeFile(path, 'first');
    const secret = open();
    const changed = next(secret);
    await writeFile(path, 'second\n');
    expect(await changed).toBe('second');
    expect(secret.current).toBe('second');
    await logged('secret reloaded');
    expect(logs.join('')).not.toContain('second');
  });

  test('replaced by another', async () => {
    await writeFile(path, 'first');
    const secret = open();
    const changed = next(secret);
    await writeFile(`${path}.new`, 'other');
    await rename(`${path}.new`, path);
    expect(await changed).toBe('other');
  });

  test("through Kubernetes' swap of a symlink", async () => {
    const version = async (name: string, text: string) => {
      await mkdir(join(folder, name));
      await writeFile(join(folder, name, 'key'), text);
      await symlink(name, join(folder, '..data_tmp'));
      await rename(join(folder, '..data_tmp'), join(folder, '..data'));
    };
    await version('..2026_01', 'first');
    await symlink(join('..data', 'key'), path);
    const secret = open();
    const changed = next(secret);
    await version('..2026_02', 'other');
    expect(await changed).toBe('other');
  });

  test('that was changed before the watch began', async () => {
    await writeFile(path, 'first');
    const env = new EnvReader({ KEY_FILE: path });
    const secret = orUndefined(env.secret('KEY', { parse, remedy: 'set it' }));
    if (!secret) throw new Error('not a secret');
    const changed = next(secret);
    await writeFile(path, 'later');
    watch = watchSecrets([secret], { logger: createLogger('test', 'silent'), intervalMs: 5 });
    expect(await changed).toBe('later');
  });
});

test('a text that cannot be used is reported once and the value stays, also while the file is gone', async () => {
  await writeFile(path, 'first');
  const secret = open();
  await writeFile(path, 'bad text');
  await logged('cannot be used');
  await rm(path);
  expect(secret.current).toBe('first');
  const changed = next(secret);
  await writeFile(path, 'right');
  expect(await changed).toBe('right');
  await logged('secret reloaded');
  expect(logs.filter((line) => line.includes('cannot be used'))).toHaveLength(1);
  expect(logs.join('')).toContain('is no word of four letters');
  expect(logs.join('')).not.toContain('bad text');
});

test('a file that is still being written is not used', async () => {
  await writeFile(path, 'first');
  const { sleep, look } = stepByStep();
  const values: string[] = [];
  const secret = open(path, { sleep });
  secret.onChange((value) => values.push(value));
  // Longer with every look, until it is complete.
  for (const text of ['half', 'halfway', 'complete']) {
    await writeFile(path, text);
    await look();
  }
  expect(values).toEqual([]);
  await look();
  expect(values).toEqual(['complete']);
});

test('a secret without a file is not watched', async () => {
  const secret = orUndefined(new EnvReader({ KEY: 'word' }).secret('KEY', { parse, remedy: 'set it' }));
  watch = watchSecrets(secret ? [secret] : [], { logger: createLogger('test', 'silent') });
  await watch.stop();
  expect(secret?.current).toBe('word');
});
