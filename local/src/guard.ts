/** Ends the parts of a stack that was killed itself, so that no process is left behind, however the stack ends. */
import { type ChildProcess, spawn } from 'node:child_process';

/**
 * Remembers the last line that it reads, and kills those processes when nobody can write another. Ctrl-C in a terminal
 * reaches it too, and is none of its business.
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
    // Without a guard the stack works all the same.
    this.#shell.on('error', () => undefined);
    this.#shell.stdin?.on('error', () => undefined);
    this.#shell.unref();
  }

  /** Tells which processes run now. */
  watch(pids: readonly number[]): void {
    this.#shell.stdin?.write(`${pids.join(' ')}\n`);
  }

  /** Lets the guard go, after it has killed what it watches still. */
  end(): void {
    this.#shell.stdin?.end();
  }
}
