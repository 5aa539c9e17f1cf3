/** Errors of the data-access layer. */

/** The condition of a write did not hold; nothing was written. */
export class ConditionFailedError<T = unknown> extends Error {
  override readonly name = 'ConditionFailedError';

  /** The item that the condition was checked against; undefined when there is none. */
  readonly current: T | undefined;

  constructor(current: T | undefined, options?: ErrorOptions) {
    super('The condition of the write did not hold', options);
    this.current = current;
  }
}

/**
 * The store is throttled, in trouble or did not respond: the same call may succeed later. A write that failed this way may
 * have been carried out.
 */
export class StoreUnavailableError extends Error {
  override readonly name = 'StoreUnavailableError';
}

/** An attribute of an item whose value is not what the reader expects. */
export interface AttributeProblem {
  /** Path of the attribute, e.g. `holds.o1.quantity`; empty when the whole item is wrong. */
  readonly attribute: string;
  /** Reason, without the value. */
  readonly problem: string;
}

/** A parser's verdict on an item that does not have the expected shape. Tables turn it into a MalformedItemError. */
export class InvalidAttributesError extends Error {
  override readonly name = 'InvalidAttributesError';

  readonly problems: readonly AttributeProblem[];

  constructor(problems: readonly AttributeProblem[]) {
    super(problems.map(({ attribute, problem }) => `${attribute}: ${problem}`).join('; '));
    this.problems = problems;
  }
}

/** An item of a table does not have the shape that its reader expects. Retrying does not help: someone has to fix the item. */
export class MalformedItemError extends Error {
  override readonly name = 'MalformedItemError';
  /** The wrong attributes. */
  readonly problems: readonly AttributeProblem[];

  readonly table: string;
  /** The item's key, as text. */
  readonly key: string;

  constructor(table: string, key: string, cause: unknown) {
    const problems = cause instanceof InvalidAttributesError ? cause.problems : [];
    const detail = cause instanceof Error ? cause.message : String(cause);
    super(`Table ${table}, item ${key}: ${detail}`, { cause });
    this.table = table;
    this.key = key;
    this.problems = problems;
  }
}
