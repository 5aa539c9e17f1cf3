/** Runs new seeds for a time, in one or several processes. */
import { type ChildProcess, fork } from 'node:child_process';
import { realNow } from '../kernel/real.js';
import type { Violation } from '../oracle/violations.js';
import { planOf, type Scenario } from '../plan/scenarios.js';
import { runPlan } from '../run/run.js';
import { seedAt } from './seeds.js';

/** Options of a search. */
export interface SearchOptions {
  readonly base: string;
  readonly scenario: Scenario;
  /** Wall-clock time, in milliseconds; no limit by default. */
  readonly forMs?: number;
  /** This process's share: every `jobs`-th seed from `job` on. */
  readonly job: number;
  readonly jobs: number;
  /** Ends the search with the first failing run. */
  readonly untilFound: boolean;
  /** Runs this seed instead of those that `base` gives. */
  readonly seed?: number;
  /** Number of the first run. Default 0. */
  readonly first?: number;
  /** Ends the search after so many POSTs. */
  readonly ordersMax?: number;
}

/** A failing run. */
export interface Found {
  readonly seed: number;
  readonly violations: readonly Violation[];
}

/** Result of a search. */
export interface SearchResult {
  readonly runs: number;
  readonly orders: number;
  readonly realMs: number;
  /** Processor time of all processes, in milliseconds. */
  readonly cpuMs: number;
  readonly found: readonly Found[];
  /** Number of faults by target and kind. */
  readonly faults: Readonly<Record<string, number>>;
}

/** Runs seeds in this process. */
export async function searchHere(options: SearchOptions): Promise<SearchResult> {
  const {
    base,
    scenario,
    forMs = Number.POSITIVE_INFINITY,
    job,
    jobs,
    untilFound,
    first = 0,
    ordersMax = Number.POSITIVE_INFINITY,
  } = options;
  const startedAt = realNow();
  const cpuBefore = process.cpuUsage();
  const found: Found[] = [];
  const faults: Record<string, number> = {};
  let runs = 0;
  let orders = 0;
  while (realNow() - startedAt < forMs && orders < ordersMax && !(untilFound && found.length > 0)) {
    const seed = options.seed ?? seedAt(base, first + job + runs * jobs);
    const result = await runPlan(planOf(scenario, seed));
    runs += 1;
    orders += result.orders;
    if (result.violations.length > 0) found.push({ seed, violations: result.violations });
    for (const name of result.fired) {
      const kind = name.split('/').slice(0, 2).join(' ');
      faults[kind] = (faults[kind] ?? 0) + 1;
    }
  }
  const { user, system } = process.cpuUsage(cpuBefore);
  const cpuMs = (user + system) / 1_000;
  return { runs, orders, realMs: realNow() - startedAt, cpuMs, found, faults };
}

/** Runs seeds in `jobs` processes. */
export async function search(options: Omit<SearchOptions, 'job'>): Promise<SearchResult> {
  if (options.jobs === 1) return searchHere({ ...options, job: 0 });
  const jobs = Array.from({ length: options.jobs }, (_, job) => searchInChild({ ...options, job }));
  return (await Promise.all(jobs)).reduce(merge);
}

/** Searches in a child process; `env` is added to its environment. */
export function searchInChild(
  options: SearchOptions,
  env: Readonly<Record<string, string>> = {},
): Promise<SearchResult> {
  const child = fork(new URL('./worker.js', import.meta.url), [JSON.stringify(options)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
  });
  return answerOf(child);
}

function answerOf(child: ChildProcess): Promise<SearchResult> {
  return new Promise((resolve, reject) => {
    let complaint = '';
    child.stderr?.on('data', (text: Buffer) => {
      complaint += text.toString();
    });
    child.once('message', (result) => resolve(result as SearchResult));
    child.once('exit', (code) => reject(new Error(`a search ended with code ${code}: ${complaint}`)));
  });
}

function merge(a: SearchResult, b: SearchResult): SearchResult {
  const kinds = new Set([...Object.keys(a.faults), ...Object.keys(b.faults)]);
  return {
    runs: a.runs + b.runs,
    orders: a.orders + b.orders,
    realMs: Math.max(a.realMs, b.realMs),
    cpuMs: a.cpuMs + b.cpuMs,
    found: [...a.found, ...b.found],
    faults: Object.fromEntries(
      [...kinds].map((kind) => [kind, (a.faults[kind] ?? 0) + (b.faults[kind] ?? 0)]),
    ),
  };
}
