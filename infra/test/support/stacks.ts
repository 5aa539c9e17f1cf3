/** The graphs of the three stacks, each captured once for a test file. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { capture, ROOT } from './capture.ts';
import type { Graph } from './graph.ts';

/** The stacks that the repository configures. */
export const STACKS = ['dev', 'prod', 'local'] as const;
export type StackName = (typeof STACKS)[number];

/** Filled by `captureStacks` before the first test. */
export type Graphs = Record<StackName, Graph>;

/** Runs the program for every stack. */
export async function captureStacks(): Promise<Graphs> {
  assertBuilt();
  const graphs = await Promise.all(STACKS.map((stack) => capture({ stack })));
  return Object.fromEntries(STACKS.map((stack, index) => [stack, graphs[index]])) as Graphs;
}

/** Pulumi's loader reads the built packages: an old build would test something else than the sources. */
export function assertBuilt(): void {
  const sources = [
    'packages/contracts/src/queues',
    'packages/contracts/src/tables',
    'packages/platform/src/env',
  ];
  for (const source of sources) {
    const built = statSync(join(ROOT, `${source.replace('/src/', '/dist/')}.js`), { throwIfNoEntry: false });
    if (!built || built.mtimeMs < statSync(join(ROOT, `${source}.ts`)).mtimeMs) {
      throw new Error(`${source}.ts is newer than its build: npm run build`);
    }
  }
}
