/** `npm run dashboards`: writes Grafana's dashboards from their definition in src/decide/dashboards. */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { toGrafana } from '../src/decide/dashboards/grafana.ts';
import { DASHBOARDS } from '../src/decide/dashboards/index.ts';

const folder = resolve(import.meta.dirname, '../../observability/grafana/dashboards');
mkdirSync(folder, { recursive: true });
for (const file of readdirSync(folder)) rmSync(join(folder, file));
for (const dashboard of DASHBOARDS) {
  const json = `${JSON.stringify(toGrafana(dashboard), null, 2)}\n`;
  writeFileSync(join(folder, `${dashboard.uid}.json`), json);
}
process.stdout.write(`dashboards: ${DASHBOARDS.length} files\n`);
