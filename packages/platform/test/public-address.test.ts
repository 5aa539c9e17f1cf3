import { describe, expect, test } from '@jest/globals';
import { findUrlProblem, isPublicAddress } from '../src/webhooks/public-address.js';

describe('isPublicAddress', () => {
  test.each([
    '93.184.215.14',
    '8.8.8.8',
    '2606:2800:21f::1',
    '64:ff9b::808:808',
    '::ffff:8.8.8.8',
    '2002:808:808::',
  ])('accepts %s', (address) => expect(isPublicAddress(address)).toBe(true));

  test.each([
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '192.168.1.1',
    '192.0.2.1',
    '198.18.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    'fe80::1',
    'fc00::1',
    'fd00:ec2::254',
    'ff02::1',
    '::ffff:127.0.0.1',
    '::ffff:169.254.169.254',
    '64:ff9b::7f00:1',
    '2002:7f00:1::',
    '::ffff:a9fe:a9fe',
    '0:0:0:0:0:ffff:7f00:1',
    '::7f00:1',
    '::808:808',
    'fec0::1',
    '2001:0:7f00:1::',
    '64:ff9b:1::808:808',
    '64:ff9b:1:a00:1:100:808:808',
    '2002:a9fe:a9fe::',
    '4000::1',
    'localhost',
    '',
  ])('refuses %s', (address) => expect(isPublicAddress(address)).toBe(false));
});

describe('findUrlProblem', () => {
  test.each([
    ['https://shop.example/hooks', undefined],
    ['http://shop.example/hooks', 'does not use https'],
    ['ftp://shop.example', 'does not use https'],
    ['shop.example', 'is not a URL'],
    ['https://user@shop.example', 'contains credentials'],
    ['https://:secret@shop.example', 'contains credentials'],
    ['https://shop.example/#part', 'contains a fragment'],
    ['https://shop.example:443/hooks', undefined],
    ['https://shop.example:8443/hooks', 'uses a port other than 443'],
    ['https://127.0.0.1/', 'is not a public address'],
    ['https://2130706433/', 'is not a public address'],
    ['https://0x7f.1/', 'is not a public address'],
    ['https://[::1]/', 'is not a public address'],
    ['https://[::ffff:127.0.0.1]/', 'is not a public address'],
    ['https://[::ffff:7f00:1]/', 'is not a public address'],
    ['https://169.254.169.254/latest/meta-data', 'is not a public address'],
  ])('%s: %s', (url, problem) => expect(findUrlProblem(url, { allowPrivate: false })).toBe(problem));

  test.each(['http://127.0.0.1:3000/hooks', 'http://localhost:3000', 'https://10.0.0.1/'])(
    'accepts %s in the stage local',
    (url) => expect(findUrlProblem(url, { allowPrivate: true })).toBeUndefined(),
  );
});
