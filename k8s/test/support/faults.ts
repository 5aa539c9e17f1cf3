/** Plants faults in a copy of the sources and renders with that copy, as npm run k8s does. */
import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { K8S } from './contexts.ts';

const ROOT = resolve(K8S, '..');

/** A change of one file. */
export interface Fault {
  /** Path under the repository. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Result of one run. */
export interface Rendering {
  readonly status: number | null;
  readonly stderr: string;
  /** True when manifests were written. */
  readonly wrote: boolean;
}

/** Renders with the faults in the sources. Throws when the text to replace is not there. */
export function renderWithFaults(faults: readonly Fault[]): Rendering {
  const copy = mkdtempSync(join(tmpdir(), 'order-pipeline-k8s-'));
  try {
    for (const folder of [
      'k8s/src',
      'k8s/settings',
      'k8s/package.json',
      'infra/src',
      'infra/package.json',
      'observability',
    ]) {
      cpSync(join(ROOT, folder), join(copy, folder), { recursive: true });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    for (const { file, find, replace } of faults) {
      const path = join(copy, file);
      const source = readFileSync(path, 'utf8');
      if (!source.includes(find)) throw new Error(`${file} has no ${find}: plant the fault elsewhere`);
      writeFileSync(path, source.replace(find, replace));
    }
    const { status, stderr } = spawnSync(process.execPath, ['k8s/src/main.ts'], {
      cwd: copy,
      encoding: 'utf8',
    });
    return { status, stderr, wrote: existsSync(join(copy, 'k8s/prod')) };
  } finally {
    rmSync(copy, { recursive: true });
  }
}
