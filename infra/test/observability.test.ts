/** Rules, dashboards and the collector use only metrics that the services have. */
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { toEmbeddedMetric } from '@order-pipeline/platform/processed-orders';
import { parse } from 'yaml';
import {
  RPC_SERVICES,
  SKEW_SOURCES,
  STATUSES,
  STUCK_SCOPE,
  toAlarms,
  toServiceDownAlarm,
} from '../src/decide/alarms.ts';
import { toCollectorContainer } from '../src/decide/containers.ts';
import { toGrafana } from '../src/decide/dashboards/grafana.ts';
import { DASHBOARDS } from '../src/decide/dashboards/index.ts';
import { toCountedLines, toObjectiveFilters } from '../src/decide/metrics.ts';
import { toBudgetAlarms } from '../src/decide/objective-alarms.ts';
import { PORTS } from '../src/decide/services.ts';
import { ROOT } from './support/capture.ts';
import { FULL } from './support/features.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const sources = globSync('{services,packages}/*/src/**/*.ts', { cwd: ROOT }).map(read).join('\n');

/** Anchors of the sections on alarms in the runbook. */
const RUNBOOK_SECTIONS = [...read('docs/runbook.md').matchAll(/^### ([a-z0-9-]+)$/gm)].map(
  ([, name]) => name,
);

/** Metrics that prom-client's defaults and Prometheus itself add. */
const BUILT_IN =
  /^(up|process_cpu_seconds_total|process_resident_memory_bytes|nodejs_eventloop_lag_p99_seconds)$/;

/** Names of metrics in a PromQL expression, without a histogram's suffixes and recorded series. */
function metricsIn(expression: string): string[] {
  const words = expression
    .replaceAll(/"[^"]*"|\{[^}]*\}|\[[^\]]*\]|\b(by|without) \([^)]*\)/g, ' ')
    .matchAll(/(?<![\w:])([a-z][a-z0-9]*(?:_[a-z0-9]+)+|up)(?![\w:(])/g);
  return [...words].map(([word]) => word.replace(/_(bucket|count|sum)$/, ''));
}

/** Names of recorded series in a PromQL expression. */
function recordsIn(expression: string): string[] {
  return [...expression.matchAll(/order_pipeline:[\w:]+/g)].map(([name]) => name);
}

/** Labels that Prometheus adds. */
const BUILT_IN_LABELS = new Set(['le', 'job', 'instance']);

/** Labels by which a PromQL expression groups or selects. */
function labelsIn(expression: string): string[] {
  const groups = [...expression.matchAll(/\b(?:by|without) \(([^)]*)\)/g)].flatMap(([, list = '']) =>
    list.split(',').map((label) => label.trim()),
  );
  const matchers = [...expression.matchAll(/[{,](\w+)(?:=|!=|=~|!~)"/g)].map(([, label = '']) => label);
  return [...groups, ...matchers];
}

function expectKnown(expression: string): void {
  for (const metric of metricsIn(expression)) {
    if (!BUILT_IN.test(metric)) expect(sources).toContain(`'${metric}'`);
  }
}

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly labels?: { readonly severity: string };
  readonly annotations?: { readonly summary: string; readonly runbook_url?: string };
}

describe('Prometheus rules', () => {
  const { groups } = parse(read('observability/rules.yml')) as { groups: { rules: Rule[] }[] };
  const rules = groups.flatMap((group) => group.rules);

  it.each(rules.map((rule) => [rule.alert ?? rule.record, rule] as const))(
    '%s asks for metrics that there are',
    (_name, { expr }) => {
      expect(expr.trim()).not.toBe('');
      expectKnown(expr);
    },
  );

  it('say what is wrong and how urgent it is', () => {
    for (const { alert, labels, annotations } of rules) {
      if (!alert) continue;
      expect(labels?.severity).toMatch(/^(page|ticket)$/);
      expect(annotations?.summary).toBeTruthy();
    }
  });

  it('link to sections of the runbook that there are', () => {
    for (const { alert, annotations } of rules) {
      if (!alert) continue;
      const [path, section = ''] = annotations?.runbook_url?.split('#') ?? [];
      expect([alert, path]).toEqual([alert, 'docs/runbook.md']);
      expect(RUNBOOK_SECTIONS).toContain(section);
    }
  });

  it('do not count requests that wait on purpose as slow', () => {
    const slow = rules.find(({ alert }) => alert === 'ApiSlow');
    expect(slow?.expr).toContain('{waiting="false"}');
    expect(read('services/order-api/src/metrics.ts')).toContain("'waiting'");
  });

  it('use only records that there are', () => {
    const records = rules.flatMap(({ record }) => record ?? []);
    const used = rules.flatMap(({ expr }) =>
      [...expr.matchAll(/order_pipeline:[\w:]+/g)].map(([name]) => name),
    );
    expect(used.filter((name) => !records.includes(name))).toEqual([]);
  });

  it('pass their own tests, which fire and silence each alert', () => {
    const path = join(ROOT, 'observability/rules.test.yml');
    const { tests } = parse(read('observability/rules.test.yml')) as { tests: { name: string }[] };
    const names = rules.flatMap(({ alert }) => (alert ? [`${alert} fires`, `${alert} stays silent`] : []));
    expect(tests.map(({ name }) => name).sort()).toEqual(names.sort());
    const { status, stdout, stderr, error } = spawnSync('promtool', ['test', 'rules', path], {
      encoding: 'utf8',
    });
    expect({ status, error, output: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, output: '' });
  });

  it('finds an unknown metric', () => {
    expect(metricsIn('sum by (le) (rate(no_such_total{a="b"}[5m])) > 0')).toEqual(['no_such_total']);
    expect(sources).not.toContain("'no_such_total'");
  });
});

const WATCHED = {
  ...{ orderQueue: 'q', orderDlq: 'd', tables: ['a', 'b', 'c', 'd'], loadBalancer: 'l' },
  ...{ accessLogNamespace: 'n', namespace: 'n', stage: 'dev', webhookQueue: 'w', webhookDlq: 'wd' },
  countedLines: toCountedLines(FULL),
  consoleTarget: 't',
};

describe('CloudWatch alarms', () => {
  const alarms = toAlarms(WATCHED);

  const { groups } = parse(read('observability/rules.yml')) as { groups: { rules: Rule[] }[] };
  const prometheus = groups.flatMap(({ rules }) =>
    rules.flatMap(({ annotations }) => annotations?.runbook_url?.split('#')[1] ?? []),
  );
  const sections = [...alarms, toServiceDownAlarm('c', ['s'])].map(({ name, section = name }) => section);

  it.each(alarms.map(({ name, section = name }) => [name, section]))(
    '%s has the section %s of the runbook',
    (_name, section) => {
      expect(RUNBOOK_SECTIONS).toContain(section);
    },
  );

  it('are the same set as those of Prometheus, and the runbook has no other section', () => {
    // Only CloudWatch knows about throttling: the services see slow calls.
    expect([...new Set(sections)].sort()).toEqual([...new Set([...prometheus, 'throttles'])].sort());
    expect([...RUNBOOK_SECTIONS].sort()).toEqual([...new Set(sections)].sort());
  });

  it('notify of a burnt budget where both windows show it, and by nothing else', () => {
    const members = alarms.filter(({ isMember }) => isMember).map(({ name }) => name);
    const composed = toBudgetAlarms(WATCHED).flatMap((alarm) => alarm.members);
    expect(composed.sort()).toEqual(members.sort());
    for (const name of ['acceptance-budget-fast-long', 'acceptance-budget-fast-short']) {
      expect(alarms.find((alarm) => alarm.name === name)?.threshold).toBeCloseTo(0.0144);
    }
    const [slow] = alarms.filter(({ name }) => name === 'decision-budget-slow-long');
    expect(slow).toMatchObject({ periodSeconds: 21_600, minutes: 1, threshold: 0.06 });
  });

  it('measure the objectives by lines that the services write', () => {
    const filters = [...toObjectiveFilters('order-api'), ...toObjectiveFilters('order-processor')];
    const fields = filters.flatMap(({ pattern }) => [...pattern.matchAll(/\$\.(\w+)/g)].map(([, it]) => it));
    for (const field of fields.filter((name) => name !== 'msg'))
      expect(sources).toMatch(new RegExp(`\\b${field}\\b`));
    expect(sources).toContain("'order ended'");
    expect(filters.map(({ metricName }) => metricName).sort()).toEqual([
      ...['acceptance_bad', 'acceptance_total', 'decision_late', 'decision_total'],
    ]);
  });

  it('read at most ten metrics each', () => {
    for (const { reading } of alarms) expect(Object.keys(reading.metrics).length).toBeLessThanOrEqual(10);
  });

  it('watch the clocks by the sources that the services name', () => {
    const guard = read('packages/platform/src/skew/skew-guard.ts');
    for (const source of SKEW_SOURCES) expect(guard).toContain(`'${source}'`);
  });
});

describe.each(DASHBOARDS)('the dashboard $uid', (dashboard) => {
  const panels = dashboard.panels.filter(({ queries }) => queries.length > 0);

  it('is written to observability/grafana: npm run dashboards', () => {
    const written = read(`observability/grafana/dashboards/${dashboard.uid}.json`);
    expect(JSON.parse(written)).toEqual(JSON.parse(JSON.stringify(toGrafana(dashboard))));
  });

  it.each(panels.map((panel) => [panel.title, panel] as const))(
    '%s asks for metrics and labels that there are',
    (_title, { queries }) => {
      for (const { expr } of queries) {
        expect(metricsIn(expr).length + recordsIn(expr).length).toBeGreaterThan(0);
        expectKnown(expr);
        for (const label of labelsIn(expr)) if (!BUILT_IN_LABELS.has(label)) expect(sources).toMatch(label);
      }
    },
  );

  it('uses only records of the rules', () => {
    const { groups } = parse(read('observability/rules.yml')) as { groups: { rules: Rule[] }[] };
    const records = groups.flatMap(({ rules }) => rules.flatMap(({ record }) => record ?? []));
    const used = panels.flatMap(({ queries }) => queries.flatMap(({ expr }) => recordsIn(expr)));
    expect(used.filter((name) => !records.includes(name))).toEqual([]);
  });

  it('explains each line in its legend by labels that the query keeps', () => {
    for (const { expr, legend } of panels.flatMap(({ queries }) => queries)) {
      for (const [, label] of legend.matchAll(/\{\{(\w+)\}\}/g)) expect(labelsIn(expr)).toContain(label);
    }
  });
});

describe('the dashboards', () => {
  const panels = DASHBOARDS.flatMap((dashboard) => dashboard.panels);

  it('have each panel once, and no other files', () => {
    expect(new Set(panels.map(({ title }) => title)).size).toBe(panels.length);
    expect(globSync('*.json', { cwd: join(ROOT, 'observability/grafana/dashboards') }).sort()).toEqual(
      DASHBOARDS.map(({ uid }) => `${uid}.json`).sort(),
    );
  });

  it('link latencies to traces where the services note them', () => {
    const linked = panels.filter(({ exemplars }) => exemplars).flatMap(({ queries }) => queries);
    expect(linked.length).toBeGreaterThan(0);
    for (const { expr } of linked) {
      for (const metric of metricsIn(expr))
        expect(sources).toMatch(new RegExp(`noteExemplar[^;]*'${metric}'`, 's'));
    }
  });

  it('show waiting requests apart from all other latencies of the API', () => {
    const latencies = panels
      .flatMap(({ queries }) => queries)
      .filter(({ expr }) => /^histogram_quantile.*http_request/.test(expr));
    for (const { expr } of latencies) expect(expr).toMatch(/waiting="(true|false)"/);
  });

  it('ask CloudWatch only for what alarms, the collector, the logs or AWS count', () => {
    const inputs = {
      ...{ orderQueue: 'q', orderDlq: 'd', tables: ['t'], loadBalancer: 'l', accessLogNamespace: 'own' },
      ...{ namespace: 'own', stage: 'dev', webhookQueue: 'w', webhookDlq: 'wd', region: 'r' },
      ...{ cluster: 'c', services: ['s'], countedLines: toCountedLines(FULL) },
    };
    const known = new Set([
      ...toAlarms(inputs).flatMap(({ reading }) =>
        Object.values(reading.metrics).map(({ metricName }) => metricName),
      ),
      ...['RequestCount', 'HTTPCode_Target_4XX_Count', 'CPUUtilization', 'OrdersProcessed'],
    ]);
    const shown = panels.flatMap(({ cloudWatch }) => cloudWatch?.(inputs) ?? []);
    expect(shown.length).toBeGreaterThan(20);
    expect(shown.map(({ metricName }) => metricName).filter((name) => !known.has(name))).toEqual([]);
    const embedded = toEmbeddedMetric('dev', 'success', 0);
    const [{ Namespace: namespace, Dimensions: dimensions } = {}] = embedded._aws.CloudWatchMetrics;
    expect(shown.find(({ metricName }) => metricName === 'OrdersProcessed')).toMatchObject({ namespace });
    expect(embedded).toHaveProperty('OrdersProcessed');
    expect(dimensions).toEqual([['stage', 'status']]);
  });
});

describe('Prometheus', () => {
  it('asks every service where its metrics are', () => {
    const { scrape_configs: jobs } = parse(read('observability/prometheus.yml')) as {
      scrape_configs: { job_name: string; static_configs: { targets: string[] }[] }[];
    };
    const targets = jobs.map((job) => [job.job_name, job.static_configs.flatMap((it) => it.targets)]);
    expect(Object.fromEntries(targets)).toEqual({
      'order-api': [`order-api:${PORTS['order-api'].ops}`],
      'order-processor': [`order-processor:${PORTS['order-processor'].ops}`],
      scoring: [`scoring:${PORTS.scoring.ops}`],
    });
  });
});

describe('the collector', () => {
  const text = read('observability/collector.yaml');
  const { exporters, receivers } = parse(text);

  const COLLECTOR = { image: 'i', logGroup: 'g', region: 'r' };
  const TRACES = 'observability/collector-traces.yaml';

  it.each([
    ['observability/collector.yaml', { metrics: { namespace: 'n', logGroup: 'm' } }],
    [TRACES, { traces: { share: 10 } }],
  ])('is given every variable that %s names, and the file', (path, inputs) => {
    const names = [...read(path).matchAll(/\$\{env:(\w+)\}/g)].map(([, name]) => name);
    const { environment, command } = toCollectorContainer({ ...COLLECTOR, ...inputs });
    expect([...new Set(names)].sort()).toEqual(environment.map(({ name }) => name));
    expect(command).toEqual([`--config=/etc/${path.split('/')[1]}`]);
    expect(read('observability/collector.Dockerfile')).toContain(`COPY ${path} /etc/${path.split('/')[1]}`);
  });

  it('takes spans where services send them, and always keeps errors and slow work', () => {
    const { receivers: taken, processors, service } = parse(read(TRACES));
    expect(taken.otlp.protocols.http.endpoint).toBe('127.0.0.1:4318');
    const policies = processors.tail_sampling.policies.map(({ type }: { type: string }) => type);
    expect(policies).toEqual(['status_code', 'latency', 'probabilistic']);
    expect(service.pipelines.traces.exporters).toEqual(['awsxray']);
    const both = toCollectorContainer({
      ...COLLECTOR,
      metrics: { namespace: 'n', logGroup: 'm' },
      traces: { share: 5 },
    });
    expect(both.command).toHaveLength(2);
    // Files are merged by key: the same name in both would be one processor.
    const names = Object.keys(parse(text).processors);
    expect(Object.keys(processors).filter((name) => names.includes(name))).toEqual([]);
  });

  it('sends the metrics that alarms read, by the same dimensions, and no others', () => {
    const declared = (
      exporters.awsemf.metric_declarations as { dimensions: string[][]; metric_name_selectors: string[] }[]
    ).flatMap(({ dimensions, metric_name_selectors: names }) =>
      names.map((name) => [name.replaceAll(/[$^]/g, ''), dimensions.flat().join()]),
    );
    const alarms = toAlarms({ orderQueue: 'q', orderDlq: 'd', tables: [], namespace: 'own' });
    const read = alarms
      .flatMap(({ reading }) => Object.values(reading.metrics))
      .filter(({ namespace }) => namespace === 'own')
      .map(({ metricName, dimensions }) => [metricName, Object.keys(dimensions).join()]);
    expect(Object.fromEntries(declared)).toEqual(Object.fromEntries(read));
    const [{ metric_relabel_configs: kept }] = receivers.prometheus.config.scrape_configs;
    expect(kept[0].regex.split('|').sort()).toEqual(Object.keys(Object.fromEntries(declared)).sort());
  });

  it('reads labels that the processor writes', () => {
    const [{ metric_relabel_configs: labels }] = receivers.prometheus.config.scrape_configs;
    expect(labels.at(-1)).toMatchObject({ target_label: 'scope', replacement: STUCK_SCOPE });
    const statuses = read('packages/contracts/src/processed.ts');
    for (const status of STATUSES) expect(statuses).toContain(`'${status}'`);
    expect(Object.keys(RPC_SERVICES)).toEqual(['inventory', 'fraud', 'payment']);
  });
});
