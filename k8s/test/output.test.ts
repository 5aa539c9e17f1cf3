/** Writing the manifests into a folder. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { findRendered, writeAll } from '../src/output.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'k8s-output-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

it('writes new files, changes those that differ and removes those that are no longer rendered', () => {
  writeAll(
    folder,
    new Map([
      ['dev/a.yaml', 'a'],
      ['dev/b.yaml', 'b'],
      ['prod/c.hcl', 'c'],
    ]),
  );
  writeAll(
    folder,
    new Map([
      ['dev/a.yaml', 'a2'],
      ['prod/c.hcl', 'c'],
    ]),
  );
  expect(findRendered(folder)).toEqual(['dev/a.yaml', 'prod/c.hcl']);
  expect(readFileSync(join(folder, 'dev/a.yaml'), 'utf8')).toBe('a2');
});

it('leaves a file untouched whose text is the same', () => {
  const file = join(folder, 'a.yaml');
  writeAll(folder, new Map([['a.yaml', 'a']]));
  utimesSync(file, 1_000, 1_000);
  writeAll(folder, new Map([['a.yaml', 'a']]));
  expect(statSync(file).mtimeMs).toBe(1_000_000);
});

it('does not take settings and sources for rendered files', () => {
  for (const path of ['settings', 'node_modules', 'src']) mkdirSync(join(folder, path));
  for (const path of [
    'settings/dev.json',
    'node_modules/x.json',
    'src/x.ts',
    'package.json',
    'tsconfig.json',
  ])
    writeFileSync(join(folder, path), '{}');
  writeAll(folder, new Map());
  expect(findRendered(folder)).toEqual([]);
  expect(statSync(join(folder, 'settings/dev.json')).size).toBe(2);
});
