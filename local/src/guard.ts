/** Ends the processes of a stack that was killed itself, so that no process is left behind, however the stack ends. */
import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Remembers the last line that it reads, and kills those processes when its standard input closes. Ctrl-C in a terminal
 * reaches it too, and is ignored.
 */
const WATCH = `
trap '' INT TERM HUP
while read -r line; do pids=$line; done
[ -z "$pids" ] || kill -KILL $pids
`;

/** A shell that outlives this process by a moment: it waits for the pipe from here to close. */
export class Guard {
  readonly #shell: ChildProcess;

  constructor() {
    this.#shell = spawn('/bin/sh', ['-c', WATCH], { stdio: ['pipe', 'ignore', 'ignore'] });
    // Without a guard the stack works nevertheless.
    this.#shell.on('error', () => undefined);
    this.#shell.stdin?.on('error', () => undefined);
    this.#shell.unref();
  }

  /** Sets the processes that run now. */
  watch(pids: readonly number[]): void {
    this.#shell.stdin?.write(`${pids.join(' ')}\n`);
  }

  /** Ends the guard, after it has killed the processes that it still watches. */
  end(): void {
    this.#shell.stdin?.end();
  }
}
