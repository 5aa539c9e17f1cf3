/** Faults: those of the stack's processes through its control, and messages that are sent twice. */
import {
  CONTROL_TOKEN_HEADER,
  type StackFault,
  type StackFaultState,
  StackFaultStatesSchema,
} from '@order-pipeline/contracts/stack-control';
import type { LabConfig } from '../config.js';
import { CommandError, EXIT } from '../operator/exit.js';

const TIMEOUT_MS = 5_000;

const NO_STACK = 'This service was not started by npm start.';

/** The control of the local stack. */
export class StackFaults {
  readonly #config: LabConfig;

  constructor(config: LabConfig) {
    this.#config = config;
  }

  /** Returns the state of every fault; none is available without a stack. */
  async list(): Promise<readonly StackFaultState[]> {
    return this.#call();
  }

  /** Injects or ends a fault, and returns the state of every fault. @throws {CommandError} where it is not available */
  async inject(fault: StackFault, durationMs: number, stop: boolean): Promise<readonly StackFaultState[]> {
    if (this.#config.controlUrl === undefined) throw new CommandError(EXIT.failed, NO_STACK);
    return this.#call({ fault, duration_ms: durationMs, stop });
  }

  async #call(body?: object): Promise<readonly StackFaultState[]> {
    const { controlUrl, controlToken } = this.#config;
    if (controlUrl === undefined) return [];
    const response = await fetch(controlUrl, {
      method: body ? 'POST' : 'GET',
      headers: { [CONTROL_TOKEN_HEADER]: controlToken, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((cause: unknown) => {
      throw new CommandError(EXIT.unavailable, 'the local stack does not answer', { cause });
    });
    if (response.status === 409) throw new CommandError(EXIT.failed, 'this stack cannot inject the fault');
    if (!response.ok) throw new CommandError(EXIT.unavailable, `the local stack answers ${response.status}`);
    return StackFaultStatesSchema.parse(await response.json());
  }
}
