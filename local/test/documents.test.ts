/** Every command in a document runs in a test or a scheduled workflow exactly as printed, or needs AWS or a cluster. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { readAllBlocks, TestedCommands } from '../src/documents.js';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(resolve(ROOT, path), 'utf8');

/** Requirements that no test of this repository meets, as documents name them. */
const NEEDS = ['AWS', 'a cluster'];

const blocks = readAllBlocks(ROOT);
const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .trim()
  .split('\n');

test('the documents show commands', () => expect(blocks.length).toBeGreaterThan(50));

test.each(blocks)('$document says where its commands run: $text', ({ mark = 'none: nothing' }) => {
  const [kind, value = ''] = mark.split(': ');
  expect(['tested', 'scheduled', 'needs']).toContain(kind);
  if (kind === 'needs') expect(NEEDS).toContain(value);
  // Runs each block that is marked so: none can be left out.
  if (kind === 'scheduled') expect(read(value)).toMatch(/^ +- run: node scripts\/run-documents\.mjs$/m);
  if (kind === 'tested') {
    expect(read(value)).toMatch(new RegExp(`new TestedCommands\\([^)]*\\)?, '${value}'\\)`));
    expect(read(value)).toMatch(/documents\.pending\(\)/);
  }
});

describe('TestedCommands', () => {
  const planted = mkdtempSync(join(tmpdir(), 'documents-'));
  const git = (...args: string[]) => execFileSync('git', args, { cwd: planted });
  beforeAll(() => {
    const text = [
      '```bash\necho unmarked\n```',
      '<!-- tested: a.test.ts -->\n\n```bash\necho localhost:8000   # port\necho two\n```\n\n```text\ntwo\n```',
      '```console\n$ echo "$NAME"\nAda\n```',
      '```ts\nconst code = 1;\n```',
      '<!-- needs: AWS -->\n\n```\npulumi up\n```',
    ];
    writeFileSync(join(planted, 'planted.md'), text.join('\n\n'));
    git('init', '--quiet');
    git('add', '.');
  });
  afterAll(() => rmSync(planted, { recursive: true }));

  test('reads blocks, marks, transcripts and outputs', () => {
    expect(
      readAllBlocks(planted).map(({ commands, mark, output }) => [commands, mark, output?.text]),
    ).toEqual([
      [['echo unmarked'], undefined, undefined],
      [['echo localhost:8000   # port', 'echo two'], 'tested: a.test.ts', 'two\n'],
      [['echo "$NAME"'], 'tested: a.test.ts', undefined],
      [['pulumi up'], 'needs: AWS', undefined],
    ]);
  });

  test('runs commands as printed, and keeps those that did not run', async () => {
    const commands = new TestedCommands(planted, 'a.test.ts');
    const moved = await commands.run('echo localhost:8000   # port', { ports: { 8000: 9 } });
    expect(moved).toEqual({ code: 0, out: 'localhost:9\n', err: '' });
    expect(commands.pending()).toEqual(['planted.md: echo two', 'planted.md: echo "$NAME"']);
    expect((await commands.run('echo "$NAME"', { env: { NAME: 'Ada' } })).out).toBe('Ada\n');
    expect((await commands.runAll('planted.md')).out).toBe('localhost:8000\ntwo\n\n');
    expect(commands.pending()).toEqual([]);
    await expect(commands.run('echo other')).rejects.toThrow('no document prints this command: echo other');
  });
});

describe('commands', () => {
  const scripts = JSON.parse(read('package.json')).scripts as Record<string, string>;
  const inDocuments = (pattern: RegExp) =>
    documents.flatMap((document) =>
      [...read(document).matchAll(pattern)].map(([, found = '']) => [found, document]),
    );

  test.each(inDocuments(/npm run (?:--silent )?([a-z][a-z0-9:]*)(?! -w)(?=[\s`,.]| --)/g))(
    'npm run %s in %s exists',
    (script, document) => {
      const folder =
        document.includes('/') && !document.startsWith('docs/') ? resolve(ROOT, document, '..') : ROOT;
      const own = existsSync(resolve(folder, 'package.json'))
        ? JSON.parse(readFileSync(resolve(folder, 'package.json'), 'utf8')).scripts
        : {};
      expect(Object.keys({ ...scripts, ...own })).toContain(script);
    },
  );

  test.each(inDocuments(/(?:^|[\s`])(?:\.\/)?((?:infra|k8s|scripts)\/[\w/-]+\.(?:sh|mjs|ts))\b/g))(
    '%s in %s exists',
    (script) => expect(existsSync(resolve(ROOT, script))).toBe(true),
  );
});

describe('links', () => {
  /** Returns the anchor that a heading gets on GitHub. */
  const toAnchor = (heading: string) =>
    heading
      .replaceAll(/`|\[([^\]]*)\]\([^)]*\)/g, '$1')
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-');
  const anchorsOf = (document: string) =>
    [...read(document).matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => toAnchor(heading));

  test.each(documents)('in %s lead to files and headings that exist', (document) => {
    const links = [...read(document).matchAll(/\]\((?![a-z]+:)([^)\s]+)\)/g)].map(([, link = '']) => link);
    const broken = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? document : join(dirname(document), path);
      if (!existsSync(resolve(ROOT, target))) return true;
      return anchor !== undefined && target.endsWith('.md') && !anchorsOf(target).includes(anchor);
    });
    expect(broken).toEqual([]);
  });
});

test('docs/settings.md is that of the configuration schemas', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/settings.mjs', '--check'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
