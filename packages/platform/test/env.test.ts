import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ConfigError, EnvReader, isValid, orUndefined, readCommon } from '../src/env.js';

test('reads defaults from an empty environment', () => {
  const env = new EnvReader({});
  expect(readCommon(env)).toEqual({
    stage: 'local',
    logLevel: 'info',
    awsRegion: 'us-east-1',
    version: 'unknown',
  });
  expect(env.port('PORT', 8000)).toBe(8000);
  expect(env.number('WEIGHT', 0.5, 0, 1)).toBe(0.5);
  expect(env.url('URL', ['http:'], 'http://x', 'http://y')).toBe('http://y');
  expect(env.resolve({ port: 1 })).toEqual({ port: 1 });
});

test('reads what is set, and takes an empty variable for unset', () => {
  const env = new EnvReader({ STAGE: 'prod', PORT: '0', WEIGHT: '0.25', NAME: '', URL: 'http://a:1/b' });
  expect(env.choice('STAGE', ['local', 'prod'], 'local')).toBe('prod');
  expect(env.port('PORT', 8000)).toBe(0);
  expect(env.number('WEIGHT', 0.5, 0, 1)).toBe(0.25);
  expect(env.textOr('NAME', 'nobody')).toBe('nobody');
  expect(env.url('URL', ['http:'], 'http://x')).toBe('http://a:1/b');
});

test('a value that cannot be used is Invalid, which no configuration takes', () => {
  const env = new EnvReader({ PORT: 'x' });
  const port = env.port('PORT', 8_000);
  const draft = { port, name: 'a' };
  expect(isValid(port)).toBe(false);
  expect([orUndefined(port), orUndefined(draft.name)]).toEqual([undefined, 'a']);
  expect(String(port)).toBe('[invalid setting]');
  // @ts-expect-error the compiler refuses a value that was not resolved
  const unresolved: { readonly port: number } = draft;
  expect(unresolved).toBe(draft);
  expect(() => env.resolve<{ port: number; name: string }>(draft)).toThrow('PORT is not a whole number');
});

describe('a secret', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'env-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  const options = {
    parse: (text: string) => (/^\w+$/.test(text) ? { value: text } : { problems: ['is no word', 'is bad'] }),
    remedy: 'set it to a word',
  };
  const problemsOf = (variables: Record<string, string>) => {
    const env = new EnvReader(variables);
    const secret = env.secret('KEY', options);
    expect(isValid(secret)).toBe(false);
    return failure(() => env.resolve({}))
      .message.split('\n')
      .slice(1);
  };

  test('comes from its variable, its file or its fallback', async () => {
    const path = join(folder, 'key');
    await writeFile(path, 'fromFile\r\n');
    const read = (variables: Record<string, string>, fallback?: string) =>
      orUndefined(new EnvReader(variables).secret('KEY', { ...options, fallback }))?.current;
    expect(read({ KEY: 'direct' })).toBe('direct');
    expect(read({ KEY_FILE: path, KEY: '' })).toBe('fromFile');
    expect(read({}, 'fallback')).toBe('fallback');
  });

  test('does not show in JSON', () => {
    const secret = new EnvReader({ KEY: 'word' }).secret('KEY', options);
    expect(JSON.stringify({ secret })).toBe('{"secret":"[secret KEY]"}');
    expect(inspect(secret, { depth: 9, showHidden: true })).not.toContain("'word'");
  });

  test('is reported with its remedy and without its text', async () => {
    const path = join(folder, 'bad');
    await writeFile(path, 'not a word');
    expect(problemsOf({})).toEqual(['  KEY is not set: set it to a word']);
    expect(problemsOf({ KEY: 'not a word' })).toEqual([
      '  KEY is no word: set it to a word',
      '  KEY is bad: set it to a word',
    ]);
    expect(problemsOf({ KEY_FILE: path })).toEqual([
      '  KEY (from KEY_FILE) is no word: set it to a word',
      '  KEY (from KEY_FILE) is bad: set it to a word',
    ]);
    expect(problemsOf({ KEY_FILE: folder })).toEqual([
      `  KEY_FILE cannot be read (EISDIR): make ${folder} a file that this process can read`,
    ]);
    expect(problemsOf({ KEY: 'a', KEY_FILE: path })).toEqual([
      '  KEY is set, and so is KEY_FILE: set only one of them',
    ]);
  });
});

describe('problems', () => {
  test('are reported together, each with its remedy', () => {
    const env = new EnvReader({ STAGE: 'moon', PORT: '70000', RATE: 'x', COUNT: '1.5', URL: 'ftp://a' });
    env.choice('STAGE', ['local', 'prod'], 'local');
    env.port('PORT', 8000);
    env.number('RATE', 1, 0, 1);
    env.integer('COUNT', 1, 1, 2);
    env.url('URL', ['http:', 'https:'], 'http://example');
    env.text('TABLE', 'name the table');
    env.report('PAIR', 'does not fit', 'change one');
    const error = failure(() => env.resolve({}));
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toBe(
      [
        'The configuration has 7 problem(s):',
        '  STAGE is not one of the known values: set it to local, prod',
        '  PORT is too large: set a whole number from 0 to 65535',
        '  RATE is not a number: set a number from 0 to 1',
        '  COUNT is not a whole number: set a whole number from 1 to 2',
        '  URL is not a URL with http: or https:: set a URL such as http://example',
        '  TABLE is not set: name the table',
        '  PAIR does not fit: change one',
      ].join('\n'),
    );
  });

  test('of numbers name the bound', () => {
    const env = new EnvReader({ LOW: '-1', HIGH: '2.5' });
    env.integer('LOW', 1, 0, 9);
    env.number('HIGH', 1, 0, 2);
    expect(failure(() => env.resolve({})).message).toMatch(/LOW is too small[\s\S]*HIGH is too large/);
  });
});

function failure(run: () => void): Error {
  try {
    run();
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('it did not fail');
}
