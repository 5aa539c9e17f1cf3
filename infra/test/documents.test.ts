/** Checks docs/deploy.md and the workflows against the program. */
import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { PROCESSED_STATUSES } from '@order-pipeline/contracts/processed';
import { parse } from 'yaml';
import { CONFIG_KEYS } from '../src/config/keys.ts';
import type { Watched } from '../src/decide/alarm.ts';
import { toAlarms, toServiceDownAlarm } from '../src/decide/alarms.ts';
import { toCountedLines } from '../src/decide/metrics.ts';
import { toBudgetAlarms } from '../src/decide/objective-alarms.ts';
import { ROOT, readStackConfig } from './support/capture.ts';
import { FULL } from './support/features.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');
const document = read('docs/deploy.md');

/** The rows of the table under a heading, without its head. */
function tableUnder(heading: string): string[][] {
  const section = document.split(`## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  const rows = section.split('\n').filter((line) => line.startsWith('|'));
  return rows.slice(2).map((line) =>
    line
      .split('|')
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

describe('docs/deploy.md', () => {
  it('has every setting', () => {
    const settings = tableUnder('Settings').flatMap(([names = '']) =>
      [...names.matchAll(/`(\w+)`/g)].map(([, it]) => it),
    );
    expect(settings.sort()).toEqual([...CONFIG_KEYS].sort());
  });

  it.each([
    ['dev', 1],
    ['prod', 2],
  ])('adds the cost of %s up', (_stack, column) => {
    const rows = tableUnder('What it costs when nothing happens');
    const cents = (cell = '') => Math.round(Number(cell.replaceAll('*', '')) * 100);
    const parts = rows.slice(0, -1).map((row) => cents(row[column]));
    expect(parts.reduce((sum, part) => sum + part, 0)).toBe(cents(rows.at(-1)?.[column]));
  });

  it('counts what the stacks have', () => {
    const dev = {
      ...{ orderQueue: 'q', orderDlq: 'd', tables: ['a', 'b', 'c', 'd'] },
      ...{ loadBalancer: 'l', accessLogNamespace: 'n', namespace: 'n', stage: 'dev' },
    };
    const metricsOf = (watched: Watched<string>) =>
      toAlarms(watched).flatMap(({ reading }) => Object.values(reading.metrics));
    const services = ['order-api', 'order-processor', 'scoring', 'webhooks'];
    const [inDev, inProd] = [services.slice(1), services].map(
      (names) => Object.keys(toServiceDownAlarm('cluster', names).reading.metrics).length,
    );
    const prodOnly = { webhookQueue: 'w', webhookDlq: 'wd', countedLines: toCountedLines(FULL) };
    expect(metricsOf(dev).length + Number(inDev)).toBe(60);
    expect(metricsOf({ ...dev, ...prodOnly }).length + Number(inProd)).toBe(66);
    expect(toBudgetAlarms(dev)).toHaveLength(4);
    const { accessLogNamespace: _, ...dataAlone } = dev;
    expect(toBudgetAlarms(dataAlone)).toEqual([]);
    const own = (watched: Watched<string>) =>
      new Set(
        metricsOf(watched)
          .filter(({ namespace }) => namespace === 'n')
          .map(({ metricName, dimensions }) => `${metricName} ${JSON.stringify(dimensions)}`),
      ).size + PROCESSED_STATUSES.length;
    expect(own(dev)).toBe(21);
    expect(own({ ...dev, ...prodOnly })).toBe(24);
    const prod = readStackConfig('prod');
    expect([prod['order-pipeline:zones'], prod['order-pipeline:cacheNodes']]).toEqual(['3', '2']);
    for (const service of ['api', 'processor', 'scoring']) {
      expect(prod[`order-pipeline:${service}Cpu`]).toBe('512');
      expect(prod[`order-pipeline:${service}MinTasks`]).toBe('2');
    }
  });

  it('links and runs files that there are', () => {
    const links = [...document.matchAll(/\]\((?!http)([^)#]+)\)/g)].map(([, path = '']) =>
      join('docs', path),
    );
    const scripts = [...document.matchAll(/(?:\.\/)?((?:infra\/)?scripts\/[\w.-]+)/g)].map(
      ([, path = '']) => path,
    );
    expect(links.length).toBeGreaterThan(5);
    expect([...links, ...scripts].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
    for (const script of scripts.filter((path) => path.endsWith('.sh'))) {
      expect(statSync(join(ROOT, script)).mode & 0o111).not.toBe(0);
    }
  });
});

interface Job {
  readonly steps?: readonly { readonly uses?: string; readonly run?: string; readonly if?: string }[];
  readonly uses?: string;
  readonly needs?: string;
  readonly if?: string;
  readonly permissions?: Readonly<Record<string, string>>;
  readonly environment?: string;
}

describe.each(['deploy', 'deploy-stack'])('the workflow %s', (name) => {
  const path = `.github/workflows/${name}.yml`;
  const workflow = parse(read(path)) as { permissions: Record<string, string>; jobs: Record<string, Job> };
  const steps = Object.values(workflow.jobs).flatMap((job) => job.steps ?? []);

  it('asks AWS for credentials by OIDC and stores none', () => {
    expect(workflow.permissions).toEqual({ contents: 'read', 'id-token': 'write' });
    expect(read(path)).not.toMatch(/AWS_ACCESS_KEY_ID|AWS_SECRET_ACCESS_KEY/);
  });

  it('names a version of every action and runs scripts that there are', () => {
    for (const { uses, run } of [...steps, ...Object.values(workflow.jobs)] as {
      uses?: string;
      run?: string;
    }[]) {
      if (uses?.startsWith('./')) expect(existsSync(join(ROOT, uses))).toBe(true);
      else if (uses) expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      for (const [, script = ''] of (run ?? '').matchAll(
        /(?:^|\s)(?:\.\/)?((?:infra\/)?scripts\/[\w.-]+)/g,
      )) {
        expect(existsSync(join(ROOT, script))).toBe(true);
      }
    }
  });

  it('puts no value of an event into a shell', () => {
    for (const { run } of steps) expect(run ?? '').not.toMatch(/\$\{\{/);
  });
});

describe('a deployment', () => {
  const { jobs } = parse(read('.github/workflows/deploy.yml')) as { jobs: Record<string, Job> };
  const stack = parse(read('.github/workflows/deploy-stack.yml')) as { jobs: { deploy: Job } };

  it('previews pull requests of this repository, and goes to prod after dev', () => {
    expect(jobs.preview?.if).toContain("github.event_name == 'pull_request'");
    expect(jobs.preview?.if).toContain('head.repo.full_name == github.repository');
    expect(jobs.dev?.if).toContain("github.event_name != 'pull_request'");
    expect(jobs.prod?.needs).toBe('dev');
  });

  it('enforces the policies, tries the result and takes a failure back', () => {
    const runs = stack.jobs.deploy.steps?.map(({ run = '' }) => run) ?? [];
    const order = [
      'pulumi stack output --json',
      '--policy-pack infra/policy',
      'scripts/smoke.sh',
      'rollback.sh',
    ];
    const places = order.map((text) => runs.findIndex((run) => run.includes(text)));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    expect(stack.jobs.deploy.steps?.at(-1)?.if).toContain('failure()');
  });

  it('finds the policy pack where it is', () => {
    expect(existsSync(join(ROOT, dirname('infra/policy/PulumiPolicy.yaml'), 'index.js'))).toBe(true);
  });
});
