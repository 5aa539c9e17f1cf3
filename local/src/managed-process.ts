/** A child process of the stack that is started, watched and stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Environment } from '@order-pipeline/platform/env';

/** End of a process: its exit code or signal. */
export interface Ending {
  /** In words: `exit code 1`, `killed by SIGKILL`, or why it could not start. */
  readonly how: string;
  readonly exitCode?: number;
}

/** Options of a process of the stack. */
export interface ManagedProcessOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Environment;
  /** Called with each line that the process prints. */
  readonly onLine: (name: string, line: string) => void;
  /** Called when the process has ended without a stop, after its last line. */
  readonly onDeath: (managed: ManagedProcess, ending: Ending) => void;
}

/** A child process that can be started again. */
export class ManagedProcess {
  readonly name: string;
  readonly #options: ManagedProcessOptions;
  #child: ChildProcess | undefined;
  #stopping = false;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: ManagedProcessOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** The process id while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** True while the process runs. */
  get running(): boolean {
    return this.#child !== undefined;
  }

  /** Starts the process. It may not be ready for some time. */
  start(): void {
    const { name, command, args, env, onLine, onDeath } = this.#options;
    this.#stopping = false;
    const child = spawn(command, args, { env: { ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      createInterface({ input: stream }).on('line', (line) => onLine(name, line));
    }
    this.#ended = new Promise((resolve) => {
      const end = (ending: Ending) => {
        if (this.#child !== child) return;
        this.#child = undefined;
        resolve();
        if (!this.#stopping) onDeath(this, ending);
      };
      child.once('error', (error) => end({ how: error.message }));
      child.once('close', (code, signal) => end(toEnding(code, signal)));
    });
  }

  /** Sends the process SIGTERM, and resolves when it has ended. SIGKILL after `killAfterMs`. */
  async stop(killAfterMs: number): Promise<void> {
    this.#stopping = true;
    this.#child?.kill('SIGTERM');
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), killAfterMs);
    await this.#ended;
    clearTimeout(timer);
  }

  /** Sends a signal to the process without marking the end as intended. */
  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }
}

function toEnding(exitCode: number | null, signal: NodeJS.Signals | null): Ending {
  return exitCode === null ? { how: `killed by ${signal}` } : { how: `exit code ${exitCode}`, exitCode };
}
