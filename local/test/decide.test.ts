import { expect, test } from '@jest/globals';
import { type Death, decideOnDeath } from '../src/decide.js';

test.each<[string, Death, ReturnType<typeof decideOnDeath>]>([
  ['an aid', { role: 'aid', exitCode: 1, recentDeaths: 9 }, 'go-on'],
  ['an emulator', { role: 'emulator', exitCode: 0, recentDeaths: 1 }, 'give-up'],
  ['a service that was killed', { role: 'service', recentDeaths: 1 }, 'restart'],
  ['a service that crashed for the fifth time', { role: 'service', exitCode: 1, recentDeaths: 5 }, 'restart'],
  ['a service that crashed for the sixth time', { role: 'service', exitCode: 1, recentDeaths: 6 }, 'give-up'],
  ['a service with a bad configuration', { role: 'service', exitCode: 78, recentDeaths: 1 }, 'give-up'],
])('%s', (_, death, consequence) => {
  expect(decideOnDeath(death)).toBe(consequence);
});
