import { describe, expect, test } from '@jest/globals';
import { ConfigError, EnvReader, readCommon } from '../src/env.js';

test('reads defaults from an empty environment', () => {
  const env = new EnvReader({});
  expect(readCommon(env)).toEqual({ stage: 'local', logLevel: 'info', awsRegion: 'us-east-1' });
  expect(env.port('PORT', 8000)).toBe(8000);
  expect(env.number('WEIGHT', 0.5, 0, 1)).toBe(0.5);
  expect(env.url('URL', ['http:'], 'http://x', 'http://y')).toBe('http://y');
  expect(() => env.done()).not.toThrow();
});

test('reads what is set, and takes an empty variable for unset', () => {
  const env = new EnvReader({ STAGE: 'prod', PORT: '0', WEIGHT: '0.25', NAME: '', URL: 'http://a:1/b' });
  expect(env.choice('STAGE', ['local', 'prod'], 'local')).toBe('prod');
  expect(env.port('PORT', 8000)).toBe(0);
  expect(env.number('WEIGHT', 0.5, 0, 1)).toBe(0.25);
  expect(env.textOr('NAME', 'nobody')).toBe('nobody');
  expect(env.url('URL', ['http:'], 'http://x')).toBe('http://a:1/b');
  env.done();
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
    const error = failure(() => env.done());
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
    expect(failure(() => env.done()).message).toMatch(/LOW is too small[\s\S]*HIGH is too large/);
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
