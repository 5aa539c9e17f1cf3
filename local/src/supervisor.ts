/** Starts the processes, watches them, restarts them or stops the stack, and stops them all. */
import type { Environment } from '@order-pipeline/platform/env';
import { decideOnDeath, RESTART_WINDOW_MS, type Role } from './decide.js';
import { Guard } from './guard.js';
import { type Ending, ManagedProcess } from './managed-process.js';

/** Options of a supervisor. */
export interface SupervisorOptions {
  /** Environment that every process inherits. */
  readonly environment: Environment;
  /** Called with each line that a process prints. */
  readonly onLine: (name: string, line: string) => void;
  /** Called with the supervisor's own messages, one line each. */
  readonly say: (line: string) => void;
  /** Time limit for a process to exit, in milliseconds. */
  readonly killAfterMs: number;
  /** Delay before a service that exited is restarted, in milliseconds. */
  readonly restartDelayMs: number;
}

/** Program of a process of the stack. */
export interface ManagedProgram {
  readonly name: string;
  readonly role: Role;
  readonly command: string;
  readonly args: readonly string[];
  /** Settings on top of what every process inherits. */
  readonly env?: Environment;
}

/** A process that the stack needs has died. */
export class ProcessDiedError extends Error {
  override readonly name = 'ProcessDiedError';
}

/** The processes of a stack. */
export class Supervisor {
  readonly processes = new Map<string, ManagedProcess>();
  readonly #options: SupervisorOptions;
  readonly #roles = new Map<string, Role>();
  readonly #deaths = new Map<string, number[]>();
  readonly #end = new AbortController();
  readonly #guard = new Guard();
  /** Processes that a fault has killed and that have not ended yet. */
  readonly #crashed = new Set<string>();

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Aborted when nothing more may start: with a ProcessDiedError when the processes cannot continue, else by stop(). */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  /** Starts a process. It may not be ready for some time. Throws the reason of `ended`. */
  start({ name, role, command, args, env = {} }: ManagedProgram): ManagedProcess {
    this.ended.throwIfAborted();
    const managed = new ManagedProcess({
      name,
      command,
      args,
      env: { ...this.#options.environment, ...env },
      onLine: this.#options.onLine,
      onDeath: (dead, ending) => this.#onDeath(dead, role, ending),
    });
    this.processes.set(name, managed);
    this.#roles.set(name, role);
    this.#startProcess(managed);
    return managed;
  }

  /** Kills a process as a fault does. A service is started again; this does not count towards giving up on it. */
  crash(name: string): void {
    this.#crashed.add(name);
    this.processes.get(name)?.kill('SIGKILL');
  }

  /** Starts a process again that has ended. */
  revive(name: string): void {
    const managed = this.processes.get(name);
    if (managed && !managed.running && !this.ended.aborted) this.#startProcess(managed);
  }

  /** Stops the services in the reverse order of their start, then the emulators and Redis. */
  async stop(): Promise<void> {
    this.#end.abort(new Error('the stack was stopped'));
    const { killAfterMs } = this.#options;
    const all = [...this.processes.values()];
    const services = all.filter(({ name }) => this.#roles.get(name) === 'service');
    for (const service of services.toReversed()) await service.stop(killAfterMs);
    await Promise.all(all.map((managed) => managed.stop(killAfterMs)));
    this.#watch();
    this.#guard.end();
  }

  #startProcess(managed: ManagedProcess): void {
    managed.start();
    this.#watch();
  }

  #watch(): void {
    this.#guard.watch([...this.processes.values()].flatMap(({ pid }) => (pid === undefined ? [] : [pid])));
  }

  #onDeath(managed: ManagedProcess, role: Role, { how, exitCode }: Ending): void {
    this.#watch();
    if (this.ended.aborted) return;
    const { say, restartDelayMs } = this.#options;
    const recentDeaths = this.#crashed.delete(managed.name) ? 1 : this.#countDeath(managed.name);
    switch (decideOnDeath({ role, recentDeaths, ...(exitCode !== undefined && { exitCode }) })) {
      case 'give-up':
        this.#end.abort(
          new ProcessDiedError(`${managed.name} ended (${how}); the stack cannot go on without it`),
        );
        return;
      case 'go-on':
        say(`${managed.name} ended (${how}); going on without it`);
        return;
      case 'restart':
        say(`${managed.name} ended (${how}); starting it again`);
        setTimeout(() => {
          if (!this.ended.aborted) this.#startProcess(managed);
        }, restartDelayMs);
    }
  }

  /** Counts the exits of the process within the window, including this one. */
  #countDeath(name: string): number {
    const now = Date.now();
    const recent = [...(this.#deaths.get(name) ?? []), now].filter((at) => now - at < RESTART_WINDOW_MS);
    this.#deaths.set(name, recent);
    return recent.length;
  }
}
