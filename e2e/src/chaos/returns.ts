/** Refunds that return the items of their order to stock. */
import type { Operators } from './operators.js';

/** Minor units that a refund pays back. */
const AMOUNT = '10';

/** Runs refunds with `--restock`, and remembers them: a command that failed is run again when the faults have ended. */
export class Returns {
  readonly #operators: Operators;
  readonly #tried = new Set<string>();
  readonly #done = new Set<string>();

  constructor(operators: Operators) {
    this.#operators = operators;
  }

  /** Orders whose items are in stock again. */
  get done(): readonly string[] {
    return [...this.#done];
  }

  /** Refunds a part of the order and returns its items. */
  async run(orderId: string): Promise<void> {
    this.#tried.add(orderId);
    const options = ['--amount', AMOUNT, '--reason', 'chaos return', '--restock'];
    const { exitCode } = await this.#operators.orders('refund', orderId, ...options);
    if (exitCode === 0) this.#done.add(orderId);
  }

  /** Runs every command that failed again, once. One that is refused for good has returned nothing. */
  async complete(): Promise<void> {
    for (const orderId of this.#tried) if (!this.#done.has(orderId)) await this.run(orderId);
  }
}
