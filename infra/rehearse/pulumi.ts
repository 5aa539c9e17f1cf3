/** The real CLI. */
import { spawn } from 'node:child_process';

/** Result of one command. */
export interface Outcome {
  readonly code: number;
  readonly output: string;
}

/** A stack, as the CLI sees it. */
export interface StackCli {
  /** Runs a command on the stack; fails when the command does. */
  run(...args: string[]): Promise<Outcome>;
  /** Runs a command that may fail. */
  attempt(...args: string[]): Promise<Outcome>;
  /** The stack's outputs, secrets in plain text. */
  outputs(): Promise<Record<string, unknown>>;
}

/** Options of the CLI. */
export interface CliOptions {
  readonly pulumi: string;
  readonly project: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly stack: string;
  /** Receives everything that the CLI prints. */
  readonly log: (text: string) => void;
}

/** Opens a stack of the project in the working directory. */
export function openStack(options: CliOptions): StackCli {
  const attempt = (...args: string[]) =>
    runCommand(options, options.pulumi, [
      ...args,
      '--stack',
      options.stack,
      '--non-interactive',
      '--color',
      'never',
    ]);
  const run = async (...args: string[]) => {
    const outcome = await attempt(...args);
    if (outcome.code !== 0)
      throw new Error(`pulumi ${args.join(' ')} failed (${outcome.code}):\n${tail(outcome.output)}`);
    return outcome;
  };
  return {
    run,
    attempt,
    outputs: async () => JSON.parse((await run('stack', 'output', '--json', '--show-secrets')).output),
  };
}

/** Runs a program in the project's folder with the CLI's environment. */
export async function runCommand(
  { project, environment, log }: CliOptions,
  command: string,
  args: readonly string[],
): Promise<Outcome> {
  const child = spawn(command, args, { cwd: project, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log(text);
      if (stream === child.stdout || command !== 'cat') output += text;
    });
  }
  const code = await new Promise<number>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (status) => resolve(status ?? 1));
  });
  return { code, output };
}

function tail(text: string): string {
  return text.split('\n').slice(-40).join('\n');
}

/** Counts of a plan or an update, from the CLI's summary: `+ 12 to create` or `12 created`. */
export interface Summary {
  readonly created: number;
  readonly updated: number;
  readonly replaced: number;
  readonly deleted: number;
  readonly unchanged: number;
}

/** Reads the summary at the end of the CLI's output. */
export function parseSummary(output: string): Summary {
  const count = (pattern: RegExp) => Number([...output.matchAll(pattern)].at(-1)?.[1] ?? 0);
  return {
    created: count(/^\s*\+ (\d+) (?:to create|created)/gm),
    updated: count(/^\s*~ (\d+) (?:to update|updated)/gm),
    replaced: count(/^\s*(?:\+-|\+\+|-\+) ?(\d+) (?:to replace|replaced|to create replacement)/gm),
    deleted: count(/^\s*- (\d+) (?:to delete|deleted)/gm),
    unchanged: count(/^\s*(\d+) unchanged/gm),
  };
}
