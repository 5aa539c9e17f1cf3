/** One process of a test, whose log is searched for secrets. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { LogScan } from './log-scan.js';

/** A node program that runs. */
export class ScannedProcess {
  readonly #child: ChildProcess;
  readonly #scan: LogScan;
  readonly #ended: Promise<unknown>;

  /** Starts a program with exactly these variables. What it prints is printed here too. */
  constructor(name: string, args: readonly string[], env: Readonly<Record<string, string | undefined>>) {
    const child = spawn(process.execPath, [...args], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    this.#child = child;
    this.#scan = new LogScan(env);
    this.#ended = once(child, 'close');
    for (const stream of [child.stdout, child.stderr])
      createInterface({ input: stream }).on('line', (line) => {
        this.#scan.add(name, line);
        process.stderr.write(`[${name}] ${line}\n`);
      });
  }

  /** Sends a signal. */
  kill(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves when the process has ended by itself. @throws {SecretsInLogError} when it printed a secret */
  async ended(): Promise<void> {
    await this.#ended;
    this.#scan.check();
  }

  /** Ends the process. @throws {SecretsInLogError} when it printed a secret */
  async stop(): Promise<void> {
    this.#child.kill();
    await this.ended();
  }
}
