/** Runs scripts/lint-language.mjs on planted violations. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';

const script = fileURLToPath(new URL('../../scripts/lint-language.mjs', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'lint-language-'));
afterAll(() => rmSync(folder, { recursive: true }));

function lint(text: string, name = 'planted.ts') {
  const file = join(folder, name);
  writeFileSync(file, text);
  const { status, stderr } = spawnSync(process.execPath, [script, file], { encoding: 'utf8' });
  return { status, stderr };
}

test.each(['What', 'Whether', 'How', 'Which', 'Where', 'When', 'Why', 'Told'])(
  'rejects a docstring that begins with %s',
  (word) => {
    for (const text of [`/** ${word} it is. */`, `/**\n * ${word} it is.\n */`]) {
      expect(lint(text)).toEqual({ status: 1, stderr: expect.stringContaining(`begins with "${word}"`) });
    }
  },
);

// Joined here, so that the lint accepts this file.
test.each([
  ['to', 'ld'],
  ['sta', 'nds'],
  ['besi', 'de'],
  ['some', 'body'],
  ['gives ba', 'ck'],
])('rejects the word %s%s in a comment, and not in code', (...letters) => {
  const word = letters.join('');
  for (const text of [`// It is ${word} so.`, `/**\n * Returns a value\n * that is ${word}.\n */`]) {
    expect(lint(text)).toEqual({ status: 1, stderr: expect.stringContaining(`"${word}": use the word`) });
  }
  expect(lint(`const text = '${word}';`)).toEqual({ status: 0, stderr: '' });
});

// Joined here, so that the lint accepts this file.
test.each([
  ['go', 'es on'],
  ['gives', ' up'],
  ['comes ba', 'ck'],
  ['is aw', 'ay'],
  ['run', 's out'],
  ['for ', 'ever'],
])('rejects %s%s in the title of a test and in a document, outside of code', (...letters) => {
  const phrase = letters.join('');
  const found = { status: 1, stderr: expect.stringContaining(`"${phrase}": use the word`) };
  for (const text of [`test('it ${phrase}', () => {});`, `describe.each([])('it ${phrase}', () => {});`])
    expect(lint(text)).toEqual(found);
  expect(lint(`# Title\n\nIt ${phrase} here.\n`, 'planted.md')).toEqual(found);
  expect(lint(`\`${phrase}\`\n\n\`\`\`text\n${phrase}\n\`\`\`\n`, 'planted.md').status).toBe(0);
});

test('rejects a question word that opens a comment of a schema', () => {
  expect(lint('message A {\n  // When it began.\n  int64 a = 1;\n}\n', 'planted.proto')).toEqual({
    status: 1,
    stderr: expect.stringContaining('planted.proto:2: the comment begins with "When"'),
  });
  expect(lint('// Time of the start.\n// When it is unknown, 0.\n', 'planted.proto').status).toBe(0);
});

// Without `class`, so that the lint accepts this file.
test.each(['Refused extends Error {}', 'Gone<T> extends RefusedError {}'])('rejects class %s', (rest) => {
  expect(lint(`class ${rest}`)).toEqual({
    status: 1,
    stderr: expect.stringContaining('needs the suffix Error'),
  });
});

// The keyword is joined in here, so that the lint accepts this file.
test.each(['name = 1;', 'async name() {}', 'readonly name: string;'])('rejects a member %s', (member) => {
  expect(lint(`class A {\n  ${'private'} ${member}\n}`)).toEqual({
    status: 1,
    stderr: expect.stringContaining('planted.ts:2: write #name'),
  });
  expect(lint(`class A {\n  ${'private'} constructor() {}\n}`)).toEqual({ status: 0, stderr: '' });
});

test('accepts verbs, noun phrases and classes with the suffix', () => {
  const text = '/** Returns what is open. */\nclass RefusedError extends Error {}\n';
  expect(lint(text)).toEqual({ status: 0, stderr: '' });
});
