/** Starts the parts, watches them, starts them again or gives up, and stops them all. */
import type { Environment } from '@order-pipeline/platform/env';
import { decideOnDeath, RESTART_WINDOW_MS, type Role } from './decide.js';
import { Guard } from './guard.js';
import { type Ending, Part } from './part.js';

/** Options of a supervisor. */
export interface SupervisorOptions {
  /** Environment that every process inherits. */
  readonly environment: Environment;
  /** Takes each line that a part prints. */
  readonly onLine: (part: string, line: string) => void;
  /** Takes what the supervisor itself has to say, one line each. */
  readonly say: (line: string) => void;
  /** Time limit for a process to exit, in milliseconds. */
  readonly killAfterMs: number;
  /** Delay before a service that exited is restarted, in milliseconds. */
  readonly restartDelayMs: number;
}

/** Program of a process of the stack. */
export interface PartProgram {
  readonly name: string;
  readonly role: Role;
  readonly command: string;
  readonly args: readonly string[];
  /** Settings on top of what every process inherits. */
  readonly env?: Environment;
}

/** A part that the stack cannot go on without has died. */
export class PartDiedError extends Error {
  override readonly name = 'PartDiedError';
}

/** The parts of a stack. */
export class Supervisor {
  readonly parts = new Map<string, Part>();
  readonly #options: SupervisorOptions;
  readonly #roles = new Map<string, Role>();
  readonly #deaths = new Map<string, number[]>();
  readonly #end = new AbortController();
  readonly #guard = new Guard();

  constructor(options: SupervisorOptions) {
    this.#options = options;
  }

  /** Aborted when nothing more may start: with a PartDiedError when the parts cannot go on, else by stop(). */
  get ended(): AbortSignal {
    return this.#end.signal;
  }

  /** Starts a part. It may not be ready for some time. Throws the reason of `ended`. */
  start({ name, role, command, args, env = {} }: PartProgram): Part {
    this.ended.throwIfAborted();
    const part = new Part({
      name,
      command,
      args,
      env: { ...this.#options.environment, ...env },
      onLine: this.#options.onLine,
      onDeath: (dead, ending) => this.#onDeath(dead, role, ending),
    });
    this.parts.set(name, part);
    this.#roles.set(name, role);
    this.#startPart(part);
    return part;
  }

  /** Stops the services in the reverse order of their start, then what they stand on. */
  async stop(): Promise<void> {
    this.#end.abort(new Error('the stack was stopped'));
    const { killAfterMs } = this.#options;
    const all = [...this.parts.values()];
    const services = all.filter(({ name }) => this.#roles.get(name) === 'service');
    for (const service of services.toReversed()) await service.stop(killAfterMs);
    await Promise.all(all.map((part) => part.stop(killAfterMs)));
    this.#watch();
    this.#guard.end();
  }

  #startPart(part: Part): void {
    part.start();
    this.#watch();
  }

  #watch(): void {
    this.#guard.watch([...this.parts.values()].flatMap(({ pid }) => (pid === undefined ? [] : [pid])));
  }

  #onDeath(part: Part, role: Role, { how, exitCode }: Ending): void {
    this.#watch();
    if (this.ended.aborted) return;
    const { say, restartDelayMs } = this.#options;
    const recentDeaths = this.#countDeath(part.name);
    switch (decideOnDeath({ role, recentDeaths, ...(exitCode !== undefined && { exitCode }) })) {
      case 'give up':
        this.#end.abort(new PartDiedError(`${part.name} ended (${how}); the stack cannot go on without it`));
        return;
      case 'go on':
        say(`${part.name} ended (${how}); going on without it`);
        return;
      case 'restart':
        say(`${part.name} ended (${how}); starting it again`);
        setTimeout(() => {
          if (!this.ended.aborted) this.#startPart(part);
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
