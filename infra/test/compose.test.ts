/** compose.yaml runs: its settings are those that the services read, and where Docker is, it is started. */
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { loadConfig as loadApiConfig } from '../../services/order-api/src/config.ts';
import { loadConfig as loadProcessorConfig } from '../../services/order-processor/src/config.ts';
import { loadConfig as loadScoringConfig } from '../../services/scoring/src/config.ts';
import { IMAGE_NAMES } from '../src/decide/services.ts';
import { ROOT } from './support/capture.ts';

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8');

interface Service {
  readonly image?: string;
  readonly build?: unknown;
  readonly environment?: Readonly<Record<string, string>>;
}

const { services } = parse(read('compose.yaml'), { merge: true }) as { services: Record<string, Service> };

/** Returns true where a Docker engine with compose is available. */
function hasDocker(): boolean {
  try {
    execFileSync('docker', ['info'], { stdio: 'ignore' });
    execFileSync('docker', ['compose', 'version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

describe('compose.yaml', () => {
  it.each([
    ['order-api', loadApiConfig],
    ['order-processor', loadProcessorConfig],
    ['scoring', loadScoringConfig],
  ] as const)('gives %s settings with which it starts', (name, load) => {
    const config = load(services[name]?.environment ?? {});
    expect(config).toMatchObject({ stage: 'local' });
  });

  it('names hosts that are services of it', () => {
    for (const { environment = {} } of Object.values(services)) {
      for (const value of Object.values(environment)) {
        if (!URL.canParse(value)) continue;
        const { hostname } = new URL(value);
        if (hostname && hostname !== 'localhost') expect(Object.keys(services)).toContain(hostname);
      }
    }
  });

  it('has an ElasticMQ that takes a MessageGroupId on a standard queue, which 1.6.12 refuses', () => {
    const [, major, minor, patch] =
      /elasticmq-native:(\d+)\.(\d+)\.(\d+)$/.exec(services.elasticmq?.image ?? '') ?? [];
    expect(Number(major) * 1e6 + Number(minor) * 1e3 + Number(patch)).toBeGreaterThanOrEqual(1_006_016);
  });

  // The workflow `images` runs the same script on machines that have Docker.
  if (hasDocker()) {
    it('is started, and an order is placed and completed', async () => {
      const { stdout } = await promisify(execFile)(join(ROOT, 'scripts/compose-smoke.sh'), { cwd: ROOT });
      expect(stdout).toContain('smoke: passed');
    }, 900_000);
  }
});

describe('the workflow images', () => {
  const text = read('.github/workflows/images.yml');
  const { jobs, permissions } = parse(text) as {
    permissions: Record<string, string>;
    jobs: {
      images: { strategy: { matrix: { runner: string[] } }; steps: { run?: string; uses?: string }[] };
    };
  };
  const runs = jobs.images.steps.map(({ run = '' }) => run);

  it('runs on both platforms, and may read only', () => {
    expect(jobs.images.strategy.matrix.runner).toEqual(['ubuntu-24.04', 'ubuntu-24.04-arm']);
    expect(permissions).toEqual({ contents: 'read' });
  });

  it('builds every image, scans it, then runs them', () => {
    const order = ['images:size', 'docker compose build', 'TRIVY_IMAGE', 'scripts/compose-smoke.sh'];
    const places = order.map((part) => runs.findIndex((run) => run.includes(part)));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    expect(places).not.toContain(-1);
    const [, scanned = ''] = /for image in ([^;]+);/.exec(runs[places[2] ?? 0] ?? '') ?? [];
    const built = Object.entries(services).flatMap(([name, { build }]) => (build ? [name] : []));
    // The catalogue is the image of provision with another command.
    const images = [...new Set([...built, ...IMAGE_NAMES])].filter((name) => name !== 'catalogue');
    expect(scanned.split(' ').sort()).toEqual(images.sort());
    expect(existsSync(join(ROOT, 'scripts/compose-smoke.sh'))).toBe(true);
  });

  it('names a version of every action and image', () => {
    for (const { uses } of jobs.images.steps) if (uses) expect(uses).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
    expect(text).toMatch(/TRIVY_IMAGE: \S+:\d+\.\d+\.\d+$/m);
  });
});
