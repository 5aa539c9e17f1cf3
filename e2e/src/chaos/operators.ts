/** The operators: the real commands, as processes of their own, through the same faulty networks as the services. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';

/** Result of a command. */
export interface CommandResult {
  readonly exitCode: number;
  readonly output: string;
}

const ROOT = new URL('../../../', import.meta.url);
const ORDERS = fileURLToPath(new URL('scripts/orders.mjs', ROOT));
const RECONCILE = fileURLToPath(new URL('services/order-processor/dist/reconcile/main.js', ROOT));

/** A command that runs longer is ended: an operator's patience, in milliseconds. */
const TIMEOUT_MS = 60_000;

/** Runs commands with the settings of a stack. */
export class Operators {
  readonly #env: Readonly<Record<string, string | undefined>>;
  readonly #lines: string[];

  /** `lines` collects what the commands print. */
  constructor(env: Readonly<Record<string, string | undefined>>, lines: string[]) {
    this.#env = env;
    this.#lines = lines;
  }

  /** `npm run orders -- ...` */
  orders(...args: string[]): Promise<CommandResult> {
    return this.#run(ORDERS, [...args, '--actor', 'chaos']);
  }

  /** `npm run reconcile -- ...` */
  reconcile(...args: string[]): Promise<CommandResult> {
    return this.#run(RECONCILE, args);
  }

  async #run(program: string, args: readonly string[]): Promise<CommandResult> {
    const stdio = ['ignore', 'pipe', 'pipe'] as const;
    const child = spawn(process.execPath, [program, ...args], { env: { ...this.#env }, stdio: [...stdio] });
    const timer = setTimeout(() => child.kill('SIGTERM'), TIMEOUT_MS);
    const [output, errors, [exitCode]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'close') as Promise<[number | null]>,
    ]);
    clearTimeout(timer);
    const printed = `${output}${errors}`;
    const name = `orders ${args.join(' ')}`;
    for (const line of printed.split('\n')) if (line !== '') this.#lines.push(`[${name}] ${line}`);
    return { exitCode: exitCode ?? -1, output: printed };
  }
}
