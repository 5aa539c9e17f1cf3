/** A real Prometheus that reads a stack, with the rules of the repository in quick motion. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { LocalPorts } from '@order-pipeline/local/config';
import { toPrometheusArguments, toPrometheusConfig } from '@order-pipeline/local/observability/prometheus';
import { checkHttp, untilPasses } from '@order-pipeline/local/ready';
import { freePort } from '@order-pipeline/local/redis-server';

/** An alert, as Prometheus shows it. */
export interface ActiveAlert {
  readonly state: 'pending' | 'firing';
  readonly labels: Readonly<Record<string, string>>;
}

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** Least window in seconds: a rate needs two scrapes. */
const MIN_WINDOW = 2;
/** Least `for` in seconds: a scrape that a busy machine does not answer in time pages nobody. */
const MIN_FOR = 3;

/** Divides every window (`[5m]`) and every `for` of rules by `factor`, down to a least value. Thresholds stay. */
export function quicken(rules: string, factor: number): string {
  const shorten = (count: string, unit: string, least: number) =>
    `${Math.max(least, Math.round((Number(count) * SECONDS[unit as keyof typeof SECONDS]) / factor))}s`;
  return rules
    .replaceAll(/\[(\d+)([smhd])\]/g, (_match, count, unit) => `[${shorten(count, unit, MIN_WINDOW)}]`)
    .replaceAll(
      /^(\s*for: )(\d+)([smhd])$/gm,
      (_match, key, count, unit) => `${key}${shorten(count, unit, MIN_FOR)}`,
    );
}

/** A running Prometheus. */
export class Prometheus {
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #url: string;

  private constructor(child: ChildProcess, folder: string, url: string) {
    this.#child = child;
    this.#folder = folder;
    this.#url = url;
  }

  /** Starts Prometheus. It scrapes each second. */
  static async start(ports: LocalPorts, rulesFile: string, factor: number): Promise<Prometheus> {
    const folder = await mkdtemp(join(tmpdir(), 'prometheus-'));
    const [rules, config, data] = ['rules.yml', 'prometheus.yml', 'data'].map((name) =>
      join(folder, name),
    ) as [string, string, string];
    await writeFile(rules, quicken(await readFile(rulesFile, 'utf8'), factor));
    await writeFile(config, toPrometheusConfig({ ports, rulesFile: rules, intervalSeconds: 1 }));
    const port = await freePort();
    const child = spawn('prometheus', toPrometheusArguments(config, data, port), {
      stdio: ['ignore', 'ignore', 'pipe'],
    });
    let stderr = '';
    child.stderr?.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const failed = once(child, 'error').then(([error]) => {
      throw new Error('prometheus does not start: scripts/setup.sh installs it', { cause: error });
    });
    const url = `http://127.0.0.1:${port}`;
    const ready = untilPasses('Prometheus', () => checkHttp(`${url}/-/ready`), 30_000);
    try {
      await Promise.race([ready, failed]);
    } catch (cause) {
      child.kill('SIGKILL');
      throw new Error(`Prometheus did not start:\n${stderr}`, { cause });
    }
    return new Prometheus(child, folder, url);
  }

  /** Returns the pending and firing alerts. */
  async alerts(): Promise<readonly ActiveAlert[]> {
    const { alerts } = await this.#get<{ alerts: ActiveAlert[] }>('/api/v1/alerts');
    return alerts;
  }

  /** Returns the names of all series. */
  async names(): Promise<readonly string[]> {
    return await this.#get('/api/v1/label/__name__/values');
  }

  /** Returns the exemplars of a query of the last minutes. */
  async exemplars(query: string): Promise<readonly { readonly exemplars: readonly { labels: object }[] }[]> {
    const end = Date.now() / 1_000;
    const range = new URLSearchParams({ query, start: String(end - 600), end: String(end) });
    return await this.#get(`/api/v1/query_exemplars?${range}`);
  }

  /** Ends the process and removes its files. */
  async stop(): Promise<void> {
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    await gone;
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.#url}${path}`);
    if (!response.ok) throw new Error(`Prometheus answered ${response.status}: ${await response.text()}`);
    return ((await response.json()) as { data: T }).data;
  }
}
