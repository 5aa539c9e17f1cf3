/** The files that Prometheus and Grafana read alongside the local stack. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Environment } from '@order-pipeline/platform/env';
import type { LocalPorts } from '../config.js';
import type { ObservabilityPorts } from './plan.js';
import { toPrometheusConfig } from './prometheus.js';

/** The repository's rules and dashboards. */
const SOURCES = fileURLToPath(new URL('../../../observability', import.meta.url));

/** Places of Grafana's own files: Debian and RPM packages, and Homebrew on both kinds of Mac. */
const GRAFANA_HOMES = [
  '/usr/share/grafana',
  '/opt/homebrew/opt/grafana/share/grafana',
  '/usr/local/opt/grafana/share/grafana',
];

/** Seconds between two scrapes. */
const INTERVAL_SECONDS = 5;

/** Returns the folder of Grafana's own files. */
export function findGrafanaHome(): string {
  return GRAFANA_HOMES.find((path) => existsSync(path)) ?? (GRAFANA_HOMES[0] as string);
}

/** Returns true when a program can be started. */
export function isOnPath(program: string, environment: Environment): boolean {
  return !spawnSync(program, ['--version'], { env: { ...environment }, stdio: 'ignore' }).error;
}

/** Writes the configuration of Prometheus, and what Grafana finds its data source and dashboards by. */
export function writeObservabilityFiles(folder: string, stack: LocalPorts, ports: ObservabilityPorts): void {
  const write = (path: string, content: string) => {
    mkdirSync(join(folder, path, '..'), { recursive: true });
    writeFileSync(join(folder, path), content);
  };
  const rulesFile = join(SOURCES, 'rules.yml');
  write('prometheus.yml', toPrometheusConfig({ ports: stack, rulesFile, intervalSeconds: INTERVAL_SECONDS }));
  write(
    'grafana/provisioning/datasources/prometheus.yml',
    toJson({
      apiVersion: 1,
      datasources: [
        {
          ...{ name: 'Prometheus', uid: 'prometheus', type: 'prometheus', access: 'proxy', isDefault: true },
          url: `http://localhost:${ports.prometheus}`,
          jsonData: {
            exemplarTraceIdDestinations: [
              {
                name: 'trace_id',
                // Grafana replaces variables of its own: two dollars are one.
                url: `http://localhost:${ports.traces}/trace/$\${__value.raw}`,
                urlDisplayLabel: 'Trace',
              },
            ],
          },
        },
      ],
    }),
  );
  write(
    'grafana/provisioning/dashboards/files.yml',
    toJson({
      apiVersion: 1,
      providers: [
        { name: 'order-pipeline', type: 'file', options: { path: join(SOURCES, 'grafana/dashboards') } },
      ],
    }),
  );
}

/** JSON is YAML as well. */
function toJson(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}
