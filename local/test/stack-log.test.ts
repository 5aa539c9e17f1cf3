import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { untilPasses } from '../src/ready.js';
import { createFormatter, openLogFile } from '../src/stack-log.js';

const LINE =
  '{"level":"info","time":"2026-01-15T09:30:00.000Z","service":"x","order_id":"o1","msg":"order settled"}';

test('log lines are readable, and other lines stay as they are', () => {
  const format = createFormatter('pretty', false);
  expect(format(LINE)).toMatch(/^\[.*\] INFO: order settled .*"order_id":"o1"/);
  expect(format('Ready to accept connections')).toBe('Ready to accept connections');
  expect(createFormatter('pretty', true)(LINE)).toContain('\u001b[');
});

test('as JSON they stay as they are', () => expect(createFormatter('json', true)(LINE)).toBe(LINE));

test('the log file is truncated at start, in its own directory', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'stack-log-'));
  const path = join(directory, 'deep', 'stack.log');
  openLogFile(path).write('line\n');
  await untilPasses('the file', async () => expect(await readFile(path, 'utf8')).toBe('line\n'), 5_000);
  await rm(directory, { recursive: true });
});
