/** Every command in a document runs in a test exactly as printed, or the document says what it needs instead. */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (path: string) => readFileSync(resolve(ROOT, path), 'utf8');

/** Requirements that no test of the gate meets, as documents name them. */
const NEEDS = [
  'AWS',
  'a cluster',
  'Stripe',
  'the Internet',
  'grpcurl',
  'a browser',
  'minutes',
  'the whole gate',
];

/** Generated from the OpenAPI document, marks included. */
const GENERATED: Readonly<Record<string, string>> = {
  'docs/curl.md': 'tested: e2e/test/api-examples.test.ts',
};

interface Block {
  readonly document: string;
  readonly commands: string;
  /** The last comment above the block: `tested: FILE` or `needs: REQUIREMENT`. */
  readonly mark: string | undefined;
}

const COMMAND = /^\s*(\$ |npm |npx |\.\/|curl |grpcurl |pulumi |kubectl |helm )/m;

const documents = execFileSync('git', ['ls-files', '*.md'], { cwd: ROOT, encoding: 'utf8' })
  .trim()
  .split('\n');

/** Returns the blocks of a document that show commands, with the mark that holds for each. */
function toBlocks(document: string): Block[] {
  const blocks: Block[] = [];
  let mark = GENERATED[document];
  let open: { readonly language: string; readonly lines: string[] } | undefined;
  for (const line of read(document).split('\n')) {
    const fence = /^\s*```(\w*)/.exec(line);
    if (fence && !open) open = { language: fence[1] ?? '', lines: [] };
    else if (fence && open) {
      const commands = open.lines.join('\n');
      const shows =
        ['bash', 'sh'].includes(open.language) || (open.language === '' && COMMAND.test(commands));
      if (shows) blocks.push({ document, commands, mark });
      open = undefined;
    } else if (open) open.lines.push(line);
    else mark = /^<!-- ((?:tested|needs): .+) -->$/.exec(line)?.[1] ?? mark;
  }
  return blocks;
}

const blocks = documents.flatMap(toBlocks);

test('the documents show commands', () => expect(blocks.length).toBeGreaterThan(50));

test.each(blocks)('$document marks its commands: $commands', ({ document, mark = 'none' }) => {
  const [kind, value = ''] = mark.split(': ');
  if (kind === 'needs') expect(NEEDS).toContain(value);
  else {
    expect(mark).toMatch(/^tested: /);
    // The test names the document whose commands it runs.
    expect(read(value)).toContain(document.split('/').at(-1));
  }
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

test('docs/settings.md is that of the configuration schemas', () => {
  const { status, stderr } = spawnSync(process.execPath, ['scripts/settings.mjs', '--check'], {
    cwd: ROOT,
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
