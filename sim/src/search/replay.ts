/** Replays a seed, and shrinks it when it fails. */
import { realNow } from '../kernel/real.js';
import { planOf, type Scenario } from '../plan/scenarios.js';
import { type RunResult, runPlan } from '../run/run.js';
import { toMermaid, toText } from './diagram.js';
import { shrink } from './shrink.js';

/** Options of the output. */
export interface ReplayOptions {
  readonly scenario: Scenario;
  readonly mermaid: boolean;
  /** The whole run instead of its smallest failing part. */
  readonly whole: boolean;
}

/** Time limit of the search for the smallest failing part, in milliseconds. */
const SHRINK_MS = 120_000;

/** Runs a seed and prints what was found. Returns the exit code. */
export async function replay(
  seed: number,
  { scenario, mermaid, whole }: ReplayOptions,
  print: (text: string) => void,
): Promise<number> {
  const plan = planOf(scenario, seed);
  const result = await runPlan(plan, { keepTrace: whole });
  print(describe(seed, result));
  const draw = mermaid ? toMermaid : toText;
  const [violation] = result.violations;
  if (whole) print(draw(result.lines));
  if (!violation) return 0;
  if (whole) return 1;
  const until = realNow() + SHRINK_MS;
  const subset = await shrink(
    plan,
    result.fired,
    ({ plan: smaller, allowed }) => runPlan(smaller, { allowed }),
    {
      kind: violation.kind,
      mayGoOn: () => realNow() < until,
    },
  );
  const smallest = await runPlan(subset.plan, { allowed: subset.allowed, keepTrace: true });
  const { clients, incidents } = subset.plan;
  print(
    `Smallest failing part: ${clients.length} clients, ${incidents.length} incidents, ${subset.allowed.size} faults\n`,
  );
  print(`${draw(smallest.lines)}\n`);
  print(toList(smallest));
  return 1;
}

function describe(seed: number, result: RunResult): string {
  const { violations, digest, orders, virtualMs, realMs, fired } = result;
  const head = `seed ${seed}: ${orders} posts, ${fired.length} faults, ${Math.round(virtualMs / 1_000)} s virtual in ${Math.round(realMs)} ms, history ${digest.slice(0, 16)}`;
  return violations.length === 0 ? `${head}\nNo violation.` : `${head}\n${toList(result)}\n`;
}

function toList({ violations }: RunResult): string {
  return violations
    .map(({ kind, subject, detail }) => `  ${kind.padEnd(16)} ${subject}: ${detail}`)
    .join('\n');
}
