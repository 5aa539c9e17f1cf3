/** `stock` and `restock`: pieces of each SKU, and deliveries. */
import { EXIT, type ExitCode } from './exit.js';
import { type Delivery, restock } from './restock.js';
import { listStock, readStock, type StockOfSku } from './stock.js';
import { toCount, toMoney, toTable } from './text.js';
import type { Tools } from './tools.js';

/** SKUs that one read returns at most. */
const PAGE_SIZE = 200;

/** Prints the stock of every SKU. */
export async function showStock(tools: Tools, { json }: { readonly json: boolean }): Promise<ExitCode> {
  const { shell } = tools;
  const items = await readAll(tools);
  if (json) shell.out(`${JSON.stringify(items.map(toListed), undefined, 2)}\n`);
  else if (items.length === 0) shell.out('The price list is empty.\n');
  else shell.out(`${toTable(HEADS, items.map(toRow))}${toCount(items.length, 'SKU')}.\n`);
  return EXIT.done;
}

/** Adds a delivery to the stock and prints what there is then. @throws {CommandError} */
export async function addDelivery(tools: Tools, delivery: Delivery): Promise<ExitCode> {
  const { shell, dynamo, config, dryRun } = tools;
  const pieces = `${toCount(delivery.quantity, 'piece')} of ${delivery.sku}`;
  await restock(tools, delivery);
  if (dryRun) {
    shell.out(`Would add ${pieces}.\n`);
    return EXIT.done;
  }
  const item = await readStock(dynamo, config.inventoryTable, delivery.sku);
  shell.out(`Delivery ${delivery.deliveryId}: ${pieces}. Available now: ${item?.available ?? 0}.\n`);
  return EXIT.done;
}

async function readAll({ dynamo, config }: Pick<Tools, 'dynamo' | 'config'>): Promise<StockOfSku[]> {
  const items: StockOfSku[] = [];
  let page = await listStock(dynamo, config.inventoryTable, PAGE_SIZE);
  items.push(...page.items);
  while (page.next) {
    page = await listStock(dynamo, config.inventoryTable, PAGE_SIZE, page.next);
    items.push(...page.items);
  }
  return items;
}

const HEADS = ['SKU', 'AVAILABLE', 'HELD', 'SOLD', 'PRICE'];

function toRow({ sku, available, held, sold, unitPrice, currency }: StockOfSku): readonly string[] {
  return [sku, String(available), String(held), String(sold), toMoney(unitPrice, currency)];
}

/** Stock for machines. The price is in the minor unit of the currency. */
function toListed({ unitPrice, holdingOrders, ...stock }: StockOfSku) {
  return { ...stock, unit_price: unitPrice, holding_orders: holdingOrders };
}
