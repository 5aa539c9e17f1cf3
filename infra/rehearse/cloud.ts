/** Calls to the emulated AWS, each checked by botocore's model of the service before it is sent. */
import { type ChildProcess, spawn } from 'node:child_process';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** A plain object, as AWS takes and returns. */
export type Values = Record<string, unknown>;

/** AWS refused a call, or botocore refused its parameters (`ParamValidation`). */
class CloudError extends Error {
  override readonly name = 'CloudError';

  /** AWS's code, such as `ResourceNotFoundException`. */
  readonly code: string;

  constructor(code: string, operation: string, message: string) {
    super(`${operation}: ${code}: ${message}`);
    this.code = code;
  }
}

/** Options of the connection. */
export interface CloudOptions {
  /** Python with boto3. */
  readonly python: string;
  /** The emulator's URL. */
  readonly endpoint: string;
  readonly region: string;
}

/** A connection to the emulated AWS. */
export class Cloud {
  readonly #child: ChildProcess;
  readonly #waiting = new Map<
    number,
    { resolve(value: never): void; reject(error: Error): void; operation: string }
  >();
  #next = 0;
  #ended: Error | undefined;

  constructor({ python, endpoint, region }: CloudOptions) {
    this.#child = spawn(python, [join(import.meta.dirname, 'bridge.py')], {
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        REHEARSAL_ENDPOINT: endpoint,
        REHEARSAL_REGION: region,
      },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    if (this.#child.stdout)
      createInterface({ input: this.#child.stdout }).on('line', (line) => this.#receive(line));
    const stopped = () => this.#fail(new Error('The bridge to the emulator has stopped'));
    this.#child.once('exit', stopped);
    // A bridge that cannot start, or that ends while a call is written to it.
    this.#child.once('error', stopped);
    this.#child.stdin?.on('error', stopped);
  }

  /**
   * Calls an operation by its name in the API.
   *
   * @throws {CloudError} when botocore or AWS refuses the call
   */
  call<T = Values>(service: string, operation: string, parameters: Values = {}): Promise<T> {
    if (this.#ended) return Promise.reject(this.#ended);
    const id = this.#next++;
    return new Promise<T>((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as never, reject, operation: `${service}:${operation}` });
      this.#child.stdin?.write(`${JSON.stringify({ id, service, operation, parameters })}\n`);
    });
  }

  /** Returns the result of `call`, or `undefined` when AWS reports that the resource does not exist. */
  async find<T = Values>(
    service: string,
    operation: string,
    parameters: Values = {},
  ): Promise<T | undefined> {
    try {
      return await this.call<T>(service, operation, parameters);
    } catch (error) {
      if (error instanceof CloudError && isAbsence(error.code)) return undefined;
      throw error;
    }
  }

  /** Ends the connection. */
  stop(): void {
    this.#child.stdin?.end();
  }

  #receive(line: string): void {
    const { id, result, error } = JSON.parse(line);
    const waiting = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) waiting?.reject(new CloudError(error.code, waiting.operation, error.message));
    else waiting?.resolve(result as never);
  }

  #fail(error: Error): void {
    this.#ended = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }
}

/** Returns true for the error codes of resources that do not exist. */
export function isAbsence(code: string): boolean {
  return /NotFound|NoSuch|NonExistent|DoesNotExist|NonexistentItem|NotExist|ObjectNotFound/i.test(code);
}
