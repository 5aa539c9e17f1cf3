/**
 * Runs the commands that documents mark with `scheduled: WORKFLOW`, exactly as printed: those that take minutes or download tools.
 *   node scripts/run-documents.mjs [document ...]   every document by default
 * All blocks of a document run in one shell, which stops at the first command that fails.
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readAllBlocks } from '../local/dist/documents.js';

const documents = process.argv.slice(2);
const blocks = readAllBlocks('.').filter(
  ({ document, mark }) =>
    mark?.startsWith('scheduled: ') && (documents.length === 0 || documents.includes(document)),
);
if (blocks.length === 0) {
  process.stderr.write(`run-documents: no scheduled commands in ${documents.join(', ') || 'any document'}\n`);
  process.exitCode = 2;
}

/** The folder of a project that uses the packages, as documents call it. */
const PROJECT = process.env.PROJECT ?? mkdtempSync(join(tmpdir(), 'project-'));

for (const document of new Set(blocks.map((block) => block.document))) {
  const script = blocks
    .filter((block) => block.document === document)
    .map(({ text }) => text)
    .join('\n');
  process.stdout.write(`\n== ${document}\n`);
  const { status } = spawnSync('bash', ['-euxo', 'pipefail', '-c', script], {
    env: { ...process.env, PROJECT },
    stdio: 'inherit',
  });
  if (status !== 0) {
    process.stderr.write(`run-documents: a command of ${document} failed with exit code ${status}\n`);
    process.exitCode = 1;
  }
}
