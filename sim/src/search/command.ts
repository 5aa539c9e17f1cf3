/** The command `sim`. */
import { execFileSync } from 'node:child_process';
import { MUTATIONS } from '../mutations/mutations.js';
import type { Scenario } from '../plan/scenarios.js';
import { measureAll, ORDERS_BUDGET, TABLE_HEAD, toRow } from './mutation-score.js';
import { parseOptions, type SimOptions, USAGE, UsageError } from './options.js';
import { replay } from './replay.js';
import { type SearchResult, search } from './search.js';

const EXIT_USAGE = 2;

const print = (text: string) => void process.stdout.write(`${text}\n`);

/** Runs the command and returns its exit code. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    return await run(parseOptions(args, Date.now()));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    process.stderr.write(`${error.message}\n\n${USAGE}`);
    return EXIT_USAGE;
  }
}

async function run(options: SimOptions): Promise<number> {
  switch (options.command) {
    case 'help':
      print(USAGE);
      return 0;
    case 'replay':
      return replay(options.seed, options, print);
    case 'search': {
      const base = options.base === 'commit' ? currentCommit() : options.base;
      const { scenario, forMs, jobs } = options;
      const result = await search({ base, scenario, forMs, jobs, untilFound: false });
      print(describe(base, scenario, result));
      return result.found.length > 0 ? 1 : 0;
    }
    case 'mutations':
      return scoreMutations(options.only, options.jobs);
  }
}

/** Prints a row of the table for each mutation, in order. */
async function scoreMutations(only: string | undefined, jobs: number): Promise<number> {
  const mutations = MUTATIONS.filter(({ name }) => only === undefined || name === only);
  if (mutations.length === 0) throw new UsageError(`--only ${only}: there is no such mutation`);
  for (const line of TABLE_HEAD) print(line);
  let missed = 0;
  for (const measured of measureAll(mutations, jobs)) {
    const score = await measured;
    print(toRow(score));
    if (!score.found) missed += 1;
  }
  print(`\n${mutations.length - missed} of ${mutations.length} found within ${ORDERS_BUDGET} orders each`);
  return missed > 0 ? 1 : 0;
}

/** The commit that is checked out; any text will do where there is no repository. */
function currentCommit(): string {
  try {
    return execFileSync('git', ['rev-parse', 'HEAD'], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  } catch {
    return 'no commit';
  }
}

/** Failing seeds that are named one by one. */
const NAMED_MAX = 20;

function describe(
  base: string,
  scenario: Scenario,
  { runs, orders, realMs, cpuMs, found, faults }: SearchResult,
): string {
  const perSecond = Math.round(orders / (cpuMs / 1_000));
  const count = Object.values(faults).reduce((sum, hits) => sum + hits, 0);
  const head = `${runs} runs of base ${base}, ${orders} posts, ${count} faults in ${Math.round(realMs / 1_000)} s (${perSecond} orders per second of a core)`;
  if (found.length === 0) return `${head}\nNo violation.`;
  const seeds = found.slice(0, NAMED_MAX).map(({ seed, violations }) => {
    const kinds = [...new Set(violations.map(({ kind }) => kind))].join(', ');
    return `  seed ${seed}: ${kinds}`;
  });
  return [
    head,
    `${found.length} runs broke the promise:`,
    ...seeds,
    `Replay: npm run sim --${scenario === 'swarm' ? '' : ` --scenario ${scenario}`} --seed ${found[0]?.seed}`,
  ].join('\n');
}
