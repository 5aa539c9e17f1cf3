/** Builds the console's assets into dist/, unless dist/ is of the same sources already. */
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, '.cache/assets');

/** Everything that the assets follow from. */
const INPUTS = [
  'index.html',
  'package.json',
  'vite.config.ts',
  'scripts/build.mjs',
  'public/**/*',
  'src/**/*',
  '../../../packages/contracts/src/gen/operations/**/*',
  '../../../package-lock.json',
];

function hashInputs() {
  const hash = createHash('sha256');
  const files = globSync(INPUTS, { cwd: root, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  for (const path of files.toSorted()) hash.update(`${path}\0`).update(readFileSync(path)).update('\0');
  return hash.digest('hex');
}

const hash = hashInputs();
const isCurrent =
  existsSync(join(root, 'dist/index.html')) && existsSync(stamp) && readFileSync(stamp, 'utf8') === hash;
if (!isCurrent) {
  // A test run sets another one, which would build React's development version.
  process.env.NODE_ENV = 'production';
  await build({ root, logLevel: 'error' });
  mkdirSync(dirname(stamp), { recursive: true });
  writeFileSync(stamp, hash);
}
