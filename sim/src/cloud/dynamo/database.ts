/** DynamoDB: the tables, and the requests of the data-access layer against them. */
import type { TableShape } from '@order-pipeline/contracts/tables';
import type {
  BatchGetRequest,
  ExpressionParameters,
  GetRequest,
  Item,
  PageResult,
  PutRequest,
  QueryRequest,
  ScanRequest,
  UpdateRequest,
} from '@order-pipeline/platform/dynamo/client';
import type { Bindings } from './evaluate.js';
import { SimTable, select, type TableDeps } from './table.js';

/** The tables of a world. Every call is one step that nothing interrupts. */
export class SimDatabase {
  readonly #tables = new Map<string, SimTable>();

  constructor(shapes: readonly TableShape[], deps: TableDeps) {
    for (const shape of shapes) this.#tables.set(shape.name, new SimTable(shape, deps));
  }

  /** The table of a name. */
  table(name: string): SimTable {
    const table = this.#tables.get(name);
    if (!table) throw new Error(`there is no table ${name}`);
    return table;
  }

  /** Units of all tables so far. */
  get units(): { written: number; read: number } {
    const meters = [...this.#tables.values()].map(({ meter }) => meter);
    return {
      written: meters.reduce((sum, { written }) => sum + written, 0),
      read: meters.reduce((sum, { read }) => sum + read, 0),
    };
  }

  /** GetItem; `stale` reads the item before the latest write, unless the read is consistent. */
  get({ TableName, Key, ConsistentRead = false }: GetRequest, stale: boolean): { Item?: Item } {
    const table = this.table(TableName);
    const item = table.get(keyIn(table, Key), ConsistentRead, stale);
    return item ? { Item: item } : {};
  }

  /** BatchGetItem. */
  batchGet(
    request: BatchGetRequest,
    stale: boolean,
  ): { Items: readonly Item[]; UnprocessedKeys: readonly Item[] } {
    const table = this.table(request.TableName);
    const Items = request.Keys.flatMap((key) => {
      const item = table.get(keyIn(table, key), request.ConsistentRead ?? false, stale);
      return item ? [select(item, request.ProjectionExpression, bindingsOf(request))] : [];
    });
    return { Items, UnprocessedKeys: [] };
  }

  /** PutItem. Throws TableConditionError. */
  put(request: PutRequest): void {
    const table = this.table(request.TableName);
    const item = withoutUndefined(request.Item);
    table.put(keyIn(table, item), item, writeOf(request));
  }

  /** UpdateItem. Throws TableConditionError. */
  update(request: UpdateRequest): { Attributes?: Item } {
    const table = this.table(request.TableName);
    const key = keyIn(table, request.Key);
    const { after } = table.update(key, request.UpdateExpression, writeOf(request));
    return request.ReturnValues === 'ALL_NEW' ? { Attributes: after } : {};
  }

  /** Scan. */
  scan(request: ScanRequest): PageResult {
    const table = this.table(request.TableName);
    const bindings = bindingsOf(request);
    const after = request.ExclusiveStartKey && keyIn(table, request.ExclusiveStartKey);
    const page = table.scan({ ...bindings, filter: request.FilterExpression, limit: request.Limit, after });
    return {
      Items: page.items.map((item) => select(item, request.ProjectionExpression, bindings)),
      CapacityUnits: page.units,
      ...(page.lastKey !== undefined && { LastEvaluatedKey: { [table.shape.hashKey.name]: page.lastKey } }),
    };
  }

  /** Query of an index. */
  query(request: QueryRequest): PageResult {
    const table = this.table(request.TableName);
    const bindings = bindingsOf(request);
    const forward = request.ScanIndexForward !== false;
    const all = table.query(request.IndexName ?? '', request.KeyConditionExpression, bindings, forward);
    const start = request.ExclusiveStartKey
      ? all.findIndex((item) => keyIn(table, item) === keyIn(table, request.ExclusiveStartKey as Item)) + 1
      : 0;
    const page = all.slice(start, start + (request.Limit ?? all.length));
    const last = page.at(-1);
    return {
      Items: page.map((item) => select(item, request.ProjectionExpression, bindings)),
      ...(last && start + page.length < all.length && { LastEvaluatedKey: last }),
    };
  }
}

function keyIn(table: SimTable, key: Item): string {
  return String(key[table.shape.hashKey.name]);
}

function bindingsOf(request: ExpressionParameters): Bindings {
  return { names: request.ExpressionAttributeNames, values: request.ExpressionAttributeValues };
}

function writeOf(request: ExpressionParameters & { readonly ConditionExpression?: string }) {
  return { ...bindingsOf(request), condition: request.ConditionExpression };
}

/** As the AWS client does with `removeUndefinedValues`. */
function withoutUndefined(item: Item): Item {
  return Object.fromEntries(Object.entries(item).filter(([, value]) => value !== undefined));
}
