/** `npm start -- --observability`: the programs that it starts, and its messages about missing ones. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { loadLocalConfig } from '../src/config.js';
import { writeObservabilityFiles } from '../src/observability/files.js';
import { planObservability, readObservabilityPorts } from '../src/observability/plan.js';
import { untilPasses } from '../src/ready.js';
import { freePort } from '../src/redis-server.js';
import { runStack } from '../src/run-stack.js';
import { freePortSettings } from './free-ports.js';
import { TestHost } from './test-host.js';

const folder = mkdtempSync(join(tmpdir(), 'observability-'));
const ports = readObservabilityPorts({});
const stack = loadLocalConfig({}).ports;

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function plan(installed: readonly string[], otlpEndpoint?: string) {
  return planObservability({
    ...{ stack, ports, folder: '/data', grafanaHome: '/usr/share/grafana', otlpEndpoint },
    isInstalled: (program) => installed.includes(program),
  });
}

describe('the plan', () => {
  test('reports missing programs, the consequence, and how to install them', () => {
    expect(plan([])).toEqual({
      programs: [],
      environment: {},
      lines: [
        'Prometheus is not installed, no metrics are kept: install the package "prometheus"',
        'Grafana is not installed, no dashboards are shown: see https://grafana.com/docs/grafana/latest/setup-grafana/installation/',
        'Trace viewer is not installed, no traces are recorded: go install github.com/CtrlSpice/otel-desktop-viewer@latest, or put jaeger-all-in-one on the PATH',
      ],
    });
  });

  test('starts the installed programs, and sends traces to the viewer', () => {
    const { programs, environment, lines } = plan(['prometheus', 'grafana', 'otel-desktop-viewer']);
    expect(programs.map(({ name, command }) => [name, command])).toEqual([
      ['prometheus', 'prometheus'],
      ['grafana', 'grafana'],
      ['traces', 'otel-desktop-viewer'],
    ]);
    expect(environment).toEqual({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://localhost:4318' });
    expect(lines).toEqual([
      'Prometheus   http://localhost:9092  alerts: /alerts',
      'Grafana      http://localhost:3000  dashboards: /dashboards',
      'Traces       http://localhost:16686  (otel-desktop-viewer)',
    ]);
    for (const program of programs) expect(Object.keys(program.ports).length).toBeGreaterThan(0);
  });

  test('knows older Grafana and Jaeger', () => {
    const { programs } = plan(['grafana-server', 'jaeger-all-in-one']);
    expect(programs.map(({ command, args }) => [command, args[0]])).toEqual([
      ['grafana-server', '--homepath'],
      ['jaeger-all-in-one', '--query.http-server.host-port=127.0.0.1:16686'],
    ]);
  });

  test('keeps a destination of traces that is set', () => {
    const { environment, lines } = plan(['otel-desktop-viewer'], 'http://collector:4318');
    expect(environment).toEqual({});
    expect(lines).toContain('Traces       go to http://collector:4318 (OTEL_EXPORTER_OTLP_ENDPOINT)');
  });
});

test('the files lead Prometheus to every service and the rules, and Grafana to both', () => {
  writeObservabilityFiles(folder, stack, ports);
  const read = (path: string) => JSON.parse(readFileSync(join(folder, path), 'utf8'));
  const prometheus = read('prometheus.yml');
  expect(prometheus.scrape_configs.map(({ job_name }: { job_name: string }) => job_name)).toEqual([
    ...['order-api', 'order-processor', 'scoring', 'webhooks'],
  ]);
  expect(readFileSync(prometheus.rule_files[0], 'utf8')).toContain('alert: DeadLetters');
  const [source] = read('grafana/provisioning/datasources/prometheus.yml').datasources;
  expect(source).toMatchObject({ uid: 'prometheus', url: 'http://localhost:9092' });
  expect(source.jsonData.exemplarTraceIdDestinations[0].url).toBe(
    'http://localhost:16686/trace/$${__value.raw}',
  );
  const [provider] = read('grafana/provisioning/dashboards/files.yml').providers;
  expect(readFileSync(join(provider.options.path, 'order-pipeline-shop.json'), 'utf8')).toContain('panels');
});

test('Prometheus reads the running stack, and the stack prints its address', async () => {
  const port = await freePort();
  const host = new TestHost({
    ...(await freePortSettings()),
    ...{ PATH: process.env.PATH, LOG_LEVEL: 'warn', PROMETHEUS_PORT: String(port) },
  });
  const running = runStack(host, { observabilityFolder: folder });
  await Promise.race([host.prints('Ready.'), running]);
  expect(host.errors).toBe('');
  expect(host.printed.join('\n')).toContain(`Prometheus   http://localhost:${port}  alerts: /alerts`);
  const up = async () => {
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/query?query=sum(up)`);
    const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
    if (data.result[0]?.value[1] !== '4') throw new Error(JSON.stringify(data));
  };
  await untilPasses('Prometheus to read four services', up, 60_000);
  host.emit('SIGINT');
  expect(await running).toBe(0);
}, 120_000);
