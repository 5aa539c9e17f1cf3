/** One table: items by their key, indexes that lag behind, and every call as one step that nothing interrupts. */
import type { IndexShape, TableShape } from '@order-pipeline/contracts/tables';
import { hash32 } from '../../kernel/random.js';
import { CapacityMeter, readUnits, writeUnits } from './capacity.js';
import { applyUpdate, type Bindings, holds, project } from './evaluate.js';
import { parseCondition, parseProjection, parseUpdate } from './parser.js';
import { compareValues, type Item, sizeOfItem } from './values.js';

/** The condition of a write did not hold. */
export class TableConditionError extends Error {
  override readonly name = 'TableConditionError';

  readonly standing: Item | undefined;

  constructor(standing: Item | undefined) {
    super('The conditional request failed');
    this.standing = standing;
  }
}

/** The partition has no units left in this second. */
export class TableThrottledError extends Error {
  override readonly name = 'TableThrottledError';
}

/** A write of one item. */
export interface WriteRequest extends Bindings {
  readonly condition?: string | undefined;
}

/** Dependencies of a table. */
export interface TableDeps {
  readonly now: () => number;
  /** Applies a change of an index after its lag. */
  readonly later: (apply: () => void) => void;
  /** Called with every item that was written. */
  readonly onWrite?: (table: string, key: string, before: Item | undefined, after: Item | undefined) => void;
  /** Called with every page of a scan: the units that it took, and true in `first` for a page at the table's beginning. */
  readonly onScan?: (table: string, units: number, first: boolean) => void;
  readonly limited: boolean;
}

/** A table of items with one hash key. */
export class SimTable {
  readonly meter: CapacityMeter;
  readonly #items = new Map<string, Item>();
  readonly #previous = new Map<string, Item | undefined>();
  readonly #indexes = new Map<string, Map<string, Item>>();

  readonly #deps: TableDeps;
  /** Keys in the order of a scan, until one is added or removed. */
  #sorted: readonly string[] | undefined;

  readonly shape: TableShape;

  constructor(shape: TableShape, deps: TableDeps) {
    this.shape = shape;
    this.#deps = deps;

    this.meter = new CapacityMeter(deps.limited);
    for (const { name } of shape.indexes) this.#indexes.set(name, new Map());
  }

  /** All items, in the order of a scan. */
  get items(): readonly Item[] {
    return this.#sortedKeys().map((key) => this.#items.get(key) as Item);
  }

  /** Reads an item; `stale` reads the one before its latest write. */
  get(key: string, consistent: boolean, stale = false): Item | undefined {
    const item =
      stale && !consistent && this.#previous.has(key) ? this.#previous.get(key) : this.#items.get(key);
    this.#take('read', key, readUnits(item ? sizeOfItem(item) : 0, consistent));
    return item;
  }

  /** Replaces an item if the condition holds. Returns the item before. */
  put(key: string, item: Item, request: WriteRequest): Item | undefined {
    const standing = this.#check(key, request);
    this.#write(key, standing, item);
    return standing;
  }

  /** Removes an item if the condition holds. Returns the item before. */
  delete(key: string, request: WriteRequest): Item | undefined {
    const standing = this.#check(key, request);
    this.#write(key, standing, undefined);
    return standing;
  }

  /** Changes an item, or makes one, if the condition holds. Returns the items before and after. */
  update(key: string, expression: string | undefined, request: WriteRequest) {
    const before = this.#check(key, request);
    const base = before ?? { [this.shape.hashKey.name]: key };
    const after = expression === undefined ? base : applyUpdate(parseUpdate(expression), base, request);
    this.#write(key, before, after);
    return { before, after };
  }

  /** One page of a scan. */
  scan(
    options: Bindings & {
      filter?: string | undefined;
      limit?: number | undefined;
      after?: string | undefined;
    },
  ) {
    const keys = this.#sortedKeys();
    const start = options.after === undefined ? 0 : keys.indexOf(options.after) + 1;
    const page = keys.slice(start, start + (options.limit ?? keys.length));
    const items = page.map((key) => this.#items.get(key) as Item);
    const units = readUnits(
      items.reduce((sum, item) => sum + sizeOfItem(item), 0),
      false,
    );
    this.meter.take('read', 'scan', units, this.#deps.now());
    this.#deps.onScan?.(this.shape.name, units, options.after === undefined);
    const filter = options.filter === undefined ? undefined : parseCondition(options.filter);
    return {
      items: filter ? items.filter((item) => holds(filter, item, options)) : items,
      lastKey: start + page.length < keys.length ? page.at(-1) : undefined,
      units,
    };
  }

  /** The entries of an index that fulfil a key condition, by their range key. */
  query(index: string, keyCondition: string, bindings: Bindings, forward: boolean): Item[] {
    const shape = this.shape.indexes.find(({ name }) => name === index);
    const entries = this.#indexes.get(index);
    if (!shape || !entries) throw new Error(`the table ${this.shape.name} has no index ${index}`);
    const condition = parseCondition(keyCondition);
    const found = [...entries.values()].filter((entry) => holds(condition, entry, bindings));
    const range = shape.rangeKey.name;
    const sign = forward ? 1 : -1;
    return found.sort((a, b) => sign * (compareValues(a[range], b[range]) ?? 0));
  }

  #check(key: string, request: WriteRequest): Item | undefined {
    const standing = this.#items.get(key);
    if (request.condition !== undefined && !holds(parseCondition(request.condition), standing, request)) {
      this.#take('write', key, writeUnits(standing ? sizeOfItem(standing) : 0));
      throw new TableConditionError(standing);
    }
    return standing;
  }

  #write(key: string, before: Item | undefined, after: Item | undefined): void {
    const bytes = Math.max(before ? sizeOfItem(before) : 0, after ? sizeOfItem(after) : 0);
    this.#take('write', key, writeUnits(bytes));
    this.#previous.set(key, before);
    if (after) this.#items.set(key, after);
    else this.#items.delete(key);
    if (!before !== !after) this.#sorted = undefined;
    this.#deps.onWrite?.(this.shape.name, key, before, after);
    for (const index of this.shape.indexes) this.#index(index, key, before, after);
  }

  #index(index: IndexShape, key: string, before: Item | undefined, after: Item | undefined): void {
    const entry = after && toIndexEntry(index, this.shape.hashKey.name, after);
    const old = before && toIndexEntry(index, this.shape.hashKey.name, before);
    if (JSON.stringify(entry) === JSON.stringify(old)) return;
    this.#take('write', key, 1);
    this.#deps.later(() => {
      if (entry) this.#indexes.get(index.name)?.set(key, entry);
      else this.#indexes.get(index.name)?.delete(key);
    });
  }

  #take(kind: 'read' | 'write', key: string, units: number): void {
    if (!this.meter.take(kind, key, units, this.#deps.now())) throw new TableThrottledError();
  }

  #sortedKeys(): readonly string[] {
    this.#sorted ??= [...this.#items.keys()].sort((a, b) => hash32(a) - hash32(b) || (a < b ? -1 : 1));
    return this.#sorted;
  }
}

function toIndexEntry(index: IndexShape, tableKey: string, item: Item): Item | undefined {
  const { hashKey, rangeKey, projection } = index;
  if (item[hashKey.name] === undefined || item[rangeKey.name] === undefined) return undefined;
  if (projection === 'ALL') return item;
  const names = [tableKey, hashKey.name, rangeKey.name];
  return Object.fromEntries(names.map((name) => [name, item[name]]));
}

/** The named parts of an item; the whole item without a projection. */
export function select(item: Item, projection: string | undefined, bindings: Bindings): Item {
  return projection === undefined ? item : project(item, parseProjection(projection), bindings);
}
