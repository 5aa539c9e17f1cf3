/**
 * Counts AWS requests with what AWS bills for them. Table units are those that the emulator reports (it computes them by
 * DynamoDB's rules from the sizes of items); index writes, which it leaves out, and failed conditional writes are added here.
 */
import { TABLES } from '@order-pipeline/contracts/tables';
import { indexWriteUnits, type KeyValues, requestChunks } from './decide/billing.js';

/** A request to AWS. */
export interface AwsCall {
  readonly service: 'dynamodb' | 'sqs' | 'sns';
  readonly operation: string;
  readonly body: string;
}

/** Counted totals. */
export interface AwsTotals {
  /** Requests by `service.operation`. */
  readonly requests: Readonly<Record<string, number>>;
  /** Billed requests: one for each 64 KiB. */
  readonly sqsRequests: number;
  readonly snsRequests: number;
  readonly writeUnits: number;
  /** Part of `writeUnits` that indexes took. */
  readonly indexWriteUnits: number;
  readonly readUnits: number;
  /** Conditional writes whose condition did not hold. */
  readonly failedConditions: number;
}

const WRITES: ReadonlySet<string> = new Set(['PutItem', 'UpdateItem', 'DeleteItem']);
const METERED: ReadonlySet<string> = new Set([...WRITES, 'GetItem', 'BatchGetItem', 'Query', 'Scan']);

type Attributes = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

interface Metered {
  readonly TableName?: string;
  readonly Item?: Attributes;
  readonly Key?: Attributes;
  readonly ReturnValues?: string;
  readonly ReturnConsumedCapacity?: string;
}

/** Counts calls. One meter sees all calls to one set of tables. */
export class AwsMeter {
  /** Units of the last write of each item: what a failed condition is billed. */
  readonly #lastUnits = new Map<string, number>();
  /** Index keys of each item. */
  readonly #indexKeys = new Map<string, KeyValues>();
  #totals = emptyTotals();

  /** Counts a request and returns the body to send in place of it: one that also asks for what the meter needs. */
  prepare({ service, operation, body }: AwsCall): string {
    const name = `${service}.${operation}`;
    this.#totals.requests[name] = (this.#totals.requests[name] ?? 0) + 1;
    if (service === 'sqs') this.#totals.sqsRequests += requestChunks(body.length);
    if (service === 'sns') this.#totals.snsRequests += requestChunks(body.length);
    if (service !== 'dynamodb' || !METERED.has(operation)) return body;
    const input = JSON.parse(body) as Metered;
    const returns = operation === 'UpdateItem' && hasIndex(input) && { ReturnValues: 'ALL_NEW' };
    return JSON.stringify({ ...input, ReturnConsumedCapacity: 'TOTAL', ...returns });
  }

  /** Counts the capacity that a call took. Returns the response that the caller expects. */
  count({ service, operation, body }: AwsCall, status: number, answer: string): string {
    if (service === 'sqs') this.#totals.sqsRequests += requestChunks(answer.length) - 1;
    if (service !== 'dynamodb' || !METERED.has(operation)) return answer;
    const input = JSON.parse(body) as Metered;
    if (status !== 200) {
      if (answer.includes('ConditionalCheckFailed')) this.#countFailed(input);
      return answer;
    }
    const { ConsumedCapacity, ...output } = JSON.parse(answer);
    const units = unitsOf(ConsumedCapacity);
    if (WRITES.has(operation)) this.#countWrite(operation, input, output.Attributes, units);
    else this.#totals.readUnits += units;
    if (operation === 'UpdateItem' && (input.ReturnValues ?? 'NONE') === 'NONE') delete output.Attributes;
    return JSON.stringify(input.ReturnConsumedCapacity ? { ...output, ConsumedCapacity } : output);
  }

  /** Returns the totals and starts again from zero. */
  take(): AwsTotals {
    const totals = this.#totals;
    this.#totals = emptyTotals();
    return totals;
  }

  #countWrite(operation: string, input: Metered, attributes: Attributes | undefined, units: number): void {
    const item = operation === 'PutItem' ? input.Item : attributes;
    const key = keyOf(input);
    const index = this.#indexUnits(input, key, operation === 'DeleteItem' ? undefined : item);
    this.#lastUnits.set(key, units);
    this.#totals.writeUnits += units + index;
    this.#totals.indexWriteUnits += index;
  }

  #indexUnits({ TableName }: Metered, key: string, item: Attributes | undefined): number {
    let units = 0;
    for (const { name, hashKey, rangeKey } of indexesOf(TableName)) {
      const entry = `${key} ${name}`;
      const values = [item?.[hashKey.name], item?.[rangeKey.name]];
      const after = values.every((value) => value !== undefined)
        ? JSON.stringify(values.map((value) => Object.values(value ?? {})[0]))
        : undefined;
      units += indexWriteUnits(this.#indexKeys.get(entry), after);
      if (after === undefined) this.#indexKeys.delete(entry);
      else this.#indexKeys.set(entry, after);
    }
    return units;
  }

  #countFailed(input: Metered): void {
    this.#totals.failedConditions += 1;
    this.#totals.writeUnits += this.#lastUnits.get(keyOf(input)) ?? 1;
  }
}

function emptyTotals() {
  return {
    requests: {} as Record<string, number>,
    sqsRequests: 0,
    snsRequests: 0,
    writeUnits: 0,
    indexWriteUnits: 0,
    readUnits: 0,
    failedConditions: 0,
  };
}

/** Batch reads report one capacity for each table. */
function unitsOf(consumed: unknown): number {
  const all = Array.isArray(consumed) ? consumed : consumed ? [consumed] : [];
  return all.reduce((sum: number, each: { CapacityUnits?: number }) => sum + (each.CapacityUnits ?? 0), 0);
}

function indexesOf(table: string | undefined) {
  return TABLES.find(({ name }) => name === table)?.indexes ?? [];
}

function hasIndex({ TableName }: Metered): boolean {
  return indexesOf(TableName).length > 0;
}

function keyOf({ TableName, Key, Item }: Metered): string {
  const hashKey = TABLES.find(({ name }) => name === TableName)?.hashKey.name ?? '';
  return `${TableName} ${Object.values((Key ?? Item)?.[hashKey] ?? {})[0]}`;
}
