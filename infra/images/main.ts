/** `npm run images:size`: assembles every service's image without Docker and prints its compressed size. Fails when one is too large. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { SERVICE_NAMES } from '../src/decide/services.ts';
import { findOversized, IMAGE_LIMIT_BYTES, type ImageSize, measureTree, toTable } from './size.ts';
import { assembleTree } from './tree.ts';

const root = resolve(import.meta.dirname, '../..');
const sizes: ImageSize[] = [];
for (const workspace of [...SERVICE_NAMES.map((name) => `services/${name}`), 'local']) {
  const target = mkdtempSync(join(tmpdir(), 'image-'));
  try {
    assembleTree({ root, workspace, target });
    sizes.push(await measureTree(workspace, target));
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}
process.stdout.write(`${toTable(sizes)}\n`);
const oversized = findOversized(sizes).map(({ workspace }) => workspace);
if (oversized.length > 0) {
  process.stderr.write(`images:size: over ${IMAGE_LIMIT_BYTES / 1e6} MB: ${oversized.join(', ')}\n`);
  process.exitCode = 1;
}
