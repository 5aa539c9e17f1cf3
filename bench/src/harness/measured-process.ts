/** Child processes whose CPU time is measured: the programs that run in production, emulators, and baselines. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type ProcessUsage, USAGE_REQUEST } from './probe-messages.js';

const PROBE = new URL('./probe.js', import.meta.url).href;
const KILL_AFTER_MS = 20_000;

/** A program to measure. */
export interface MeasuredProgram {
  readonly name: string;
  readonly program: string;
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Options of node, e.g. `--cpu-prof`. */
  readonly execArgv?: readonly string[];
}

/** A running program. */
export class MeasuredProcess {
  readonly name: string;
  readonly #child: ChildProcess;

  constructor({ name, program, args = [], env = {}, execArgv = [] }: MeasuredProgram) {
    this.name = name;
    // Logs are written, as in production, and discarded.
    this.#child = fork(program, [...args], {
      env: { PATH: process.env.PATH, ...env },
      execArgv: ['--import', PROBE, ...execArgv],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    this.#child.setMaxListeners(100);
  }

  /** Returns what the process has used so far. @throws {Error} when the process has ended */
  async usage(): Promise<ProcessUsage> {
    return this.ask<ProcessUsage>(USAGE_REQUEST, USAGE_REQUEST);
  }

  /** Sends a message and resolves with what the response holds under `key`. @throws {Error} when the process has ended */
  async ask<T>(message: string | object, key: string): Promise<T> {
    if (!this.#child.connected) throw new Error(`${this.name} has ended`);
    const ended = new AbortController();
    const onExit = () => ended.abort(new Error(`${this.name} ended`));
    this.#child.once('exit', onExit);
    this.#child.send(message);
    try {
      for (;;) {
        const [answer] = await once(this.#child, 'message', { signal: ended.signal });
        if (answer && typeof answer === 'object' && key in answer) return answer[key];
      }
    } finally {
      this.#child.off('exit', onExit);
    }
  }

  /** Ends the process with SIGTERM, or SIGKILL when that takes too long. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const gone = once(this.#child, 'exit');
    this.#child.kill('SIGTERM');
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), KILL_AFTER_MS);
    await gone;
    clearTimeout(timer);
  }
}

/** Returns the path of a program of this workspace, named from `dist/`. */
export function benchProgram(path: string): string {
  return fileURLToPath(new URL(`../${path}`, import.meta.url));
}
