/** Every mutation applies to the modules as they are built today. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';
import { applyEdit } from '../src/mutations/edit.js';
import { MUTATIONS } from '../src/mutations/mutations.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

test.each(MUTATIONS)('$name applies: $safeguard', async ({ edits }) => {
  for (const module of new Set(edits.map((edit) => edit.module))) {
    const source = await readFile(`${root}${module}`, 'utf8');
    const mutated = edits.filter((edit) => edit.module === module).reduce(applyEdit, source);
    expect(mutated).not.toBe(source);
  }
});

test('there are at least 20, with different names', () => {
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length);
  expect(MUTATIONS.length).toBeGreaterThanOrEqual(20);
});

test('a text that is not there exactly once is refused', () => {
  expect(() => applyEdit('a a', { module: 'm', from: 'a', to: 'b' })).toThrow('2 times');
  expect(() => applyEdit('a', { module: 'm', from: 'x', to: 'b' })).toThrow('0 times');
});
