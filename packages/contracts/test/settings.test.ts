import { describe, expect, test } from '@jest/globals';
import { parseOrigins, parseRate } from '../src/settings.js';

describe('rates', () => {
  test.each([
    ['100/minute', 100, 60],
    ['5/second', 5, 1],
    ['1/hour', 1, 3_600],
    ['999999999/day', 999_999_999, 86_400],
  ])('%s', (text, count, windowSeconds) => {
    expect(parseRate(text)).toEqual({ count, windowSeconds });
  });

  test.each([
    '',
    '100',
    '0/minute',
    '-1/minute',
    '100/week',
    '1.5/minute',
    '100 / minute',
    '1000000000/day',
    '1/toString',
  ])('not %j', (text) => {
    expect(parseRate(text)).toBeUndefined();
  });
});

describe('origins', () => {
  test.each([
    ['', [], []],
    ['https://a.example.com', ['https://a.example.com'], []],
    ['http://localhost:3000,https://a.example.com', ['http://localhost:3000', 'https://a.example.com'], []],
  ])('%j', (text, origins, invalid) => {
    expect(parseOrigins(text)).toEqual({ origins, invalid });
  });

  test.each([
    'https://a.example.com/',
    'https://a.example.com/shop',
    'shop',
    '*',
    'HTTPS://a.example.com',
    'https://a.example.com:443',
    'ftp://a.example.com',
    'null',
  ])('%j is none', (text) => {
    expect(parseOrigins(text).invalid).toEqual([text]);
  });
});
