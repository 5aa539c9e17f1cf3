/** Writes the report: Markdown, charts and the figures as JSON. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Run, toMarkdown } from './markdown.js';
import { toSvg } from './svg.js';

/** Writes all files of a run into a directory, which is created. */
export async function writeReport(run: Run, directory: string): Promise<void> {
  await mkdir(directory, { recursive: true });
  await writeFile(join(directory, 'README.md'), toMarkdown(run));
  await writeFile(join(directory, 'results.json'), `${JSON.stringify(run, round, 1)}\n`);
  for (const { charts } of Object.values(run.scenarios))
    for (const chart of charts) await writeFile(join(directory, chart.file), toSvg(chart));
}

/** Three decimals are more than the figures hold. */
function round(_key: string, value: unknown): unknown {
  return typeof value === 'number' ? Math.round(value * 1_000) / 1_000 : value;
}
