/** Steps of a rehearsal, and their durations. */

/** One step. */
export interface Step {
  readonly name: string;
  readonly seconds: number;
  /** Result of the step, in a few words. */
  readonly result: string;
}

/** Records the steps of one stack. */
export class Recorder {
  readonly steps: Step[] = [];
  readonly #log: (text: string) => void;
  readonly #now: () => number;

  constructor(log: (text: string) => void, now: () => number) {
    this.#log = log;
    this.#now = now;
  }

  /** Runs a step and records it; `work` returns its result in a few words. */
  async step(name: string, work: () => Promise<string>): Promise<void> {
    const started = this.#now();
    this.#log(`  ${name} ...`);
    const result = await work();
    const seconds = (this.#now() - started) / 1_000;
    this.steps.push({ name, seconds, result });
    this.#log(`  ${name}: ${result} (${seconds.toFixed(1)} s)`);
  }
}

/** Formats stacks as the table of docs/deploy.md. */
export function toReport(stacks: Readonly<Record<string, readonly Step[]>>): string {
  const names = Object.keys(stacks);
  // The stack with the most steps has them in their order.
  const longestFirst = names.toSorted((a, b) => (stacks[b]?.length ?? 0) - (stacks[a]?.length ?? 0));
  const steps = [...new Set(longestFirst.flatMap((name) => (stacks[name] ?? []).map((step) => step.name)))];
  const cell = (stack: string, name: string) => {
    const step = stacks[stack]?.find((it) => it.name === name);
    return step ? `${step.result} (${step.seconds.toFixed(0)} s)` : '';
  };
  return [
    `| step | ${names.join(' | ')} |`,
    `|---|${names.map(() => '---|').join('')}`,
    ...steps.map((name) => `| ${name} | ${names.map((stack) => cell(stack, name)).join(' | ')} |`),
  ].join('\n');
}
