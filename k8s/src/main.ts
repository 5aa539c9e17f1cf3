/** Renders every environment and variant into k8s/. */
import { resolve } from 'node:path';
import { readObservability, renderAll, writeAll } from './output.ts';
import { loadEnvironments } from './settings/load.ts';

const folder = resolve(import.meta.dirname, '..');
const environments = loadEnvironments(resolve(folder, 'settings'));
const texts = readObservability(resolve(folder, '../observability'));
const { files, findings } = renderAll(environments, texts);
if (findings.length > 0) {
  process.stderr.write(
    `The manifests break ${findings.length} rule(s); nothing was written:\n${findings.join('\n')}\n`,
  );
  process.exit(1);
}
writeAll(folder, files);
process.stdout.write(`k8s: ${files.size} files\n`);
