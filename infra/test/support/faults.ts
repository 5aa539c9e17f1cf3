/** Plants faults in a copy of the program's sources and runs that copy. */
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { capture, ROOT } from './capture.ts';
import type { Graph } from './graph.ts';

/** A change of one file. */
export interface Fault {
  /** Path under infra/. */
  readonly file: string;
  readonly find: string;
  readonly replace: string;
}

/** Runs the program with the faults in it. Throws when the text to replace is not there. */
export async function captureWithFaults(
  stack: string,
  faults: readonly Fault[],
  config: Readonly<Record<string, string>>,
): Promise<Graph> {
  const copy = mkdtempSync(join(tmpdir(), 'order-pipeline-fault-'));
  try {
    cpSync(join(ROOT, 'infra/src'), join(copy, 'infra/src'), { recursive: true });
    cpSync(join(ROOT, 'infra/package.json'), join(copy, 'infra/package.json'));
    symlinkSync(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
    for (const { file, find, replace } of faults) {
      const path = join(copy, 'infra', file);
      const source = readFileSync(path, 'utf8');
      if (!source.includes(find)) throw new Error(`${file} has no ${find}: plant the fault elsewhere`);
      writeFileSync(path, source.replace(find, replace));
    }
    return await capture({ stack, config, program: join(copy, 'infra') });
  } finally {
    rmSync(copy, { recursive: true });
  }
}
