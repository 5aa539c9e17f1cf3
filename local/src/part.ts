/** One part of the stack: a child process that is started, watched and stopped. */
import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** What a part runs. */
export interface PartOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Takes each line that the process prints. */
  readonly onLine: (name: string, line: string) => void;
  /** Told when the process ends without being asked to. */
  readonly onDeath: (part: Part, how: string) => void;
}

/** A child process that can be started again. */
export class Part {
  readonly name: string;
  readonly #options: PartOptions;
  #child: ChildProcess | undefined;
  #stopping = false;
  #ended: Promise<void> = Promise.resolve();

  constructor(options: PartOptions) {
    this.name = options.name;
    this.#options = options;
  }

  /** The process id while it runs. */
  get pid(): number | undefined {
    return this.#child?.pid;
  }

  /** Whether the process runs. */
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
      const end = (how: string) => {
        if (this.#child !== child) return;
        this.#child = undefined;
        resolve();
        if (!this.#stopping) onDeath(this, how);
      };
      child.once('error', (error) => end(error.message));
      child.once('exit', (code, signal) => end(signal ? `killed by ${signal}` : `exit code ${code}`));
    });
  }

  /** Asks the process to end, and resolves when it has. SIGKILL after `killAfterMs`. */
  async stop(killAfterMs: number): Promise<void> {
    this.#stopping = true;
    this.#child?.kill('SIGTERM');
    const timer = setTimeout(() => this.#child?.kill('SIGKILL'), killAfterMs);
    await this.#ended;
    clearTimeout(timer);
  }

  /** Sends a signal to the process without telling the watcher that it is meant to end. */
  kill(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }
}
