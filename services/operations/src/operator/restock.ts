/** Adds pieces to a SKU, through the inventory service. */
import { Code, ConnectError } from '@connectrpc/connect';
import type { Stock } from '@order-pipeline/contracts/gen/inventory/v1/inventory_pb';
import { CommandError, EXIT } from './exit.js';
import { checkAnswers, inventoryOf } from './reach.js';
import type { Tools } from './tools.js';

/** A delivery. */
export interface Delivery {
  readonly sku: string;
  /** Pieces, 0 or more. */
  readonly quantity: number;
  /** Price of one piece in the minor unit; undefined leaves it as it is. */
  readonly unitPrice?: number | undefined;
  /** ISO 4217 code of the price. */
  readonly currency?: string | undefined;
  /** Names the delivery: a repeat adds nothing. */
  readonly deliveryId: string;
}

/** Returns the stock after the delivery; undefined on a dry run. @throws {CommandError} */
export async function restock(tools: Tools, delivery: Delivery): Promise<Stock | undefined> {
  const { scoring, audit, dryRun, config } = tools;
  const { sku, quantity, unitPrice, currency, deliveryId } = delivery;
  const change = { action: 'stock.restock', sku, quantity, delivery_id: deliveryId } as const;
  if (dryRun) {
    audit({ ...change, result: 'dry-run' });
    return undefined;
  }
  const request = {
    sku,
    quantity: BigInt(quantity),
    deliveryId,
    ...(unitPrice !== undefined && { unitPrice: BigInt(unitPrice) }),
    ...(currency !== undefined && { currency }),
  };
  try {
    const { stock } = await scoring.inventory.client.restock(request);
    audit({ ...change, result: 'done' });
    return stock;
  } catch (error) {
    audit({ ...change, result: 'error', error: String(error) });
    if (!(error instanceof ConnectError)) throw error;
    const { code, rawMessage } = error;
    if (code !== Code.FailedPrecondition) await checkAnswers(Promise.reject(error), inventoryOf(config));
    throw code === Code.NotFound
      ? new CommandError(EXIT.notFound, `the price list has no SKU ${sku}: give its price to add it`, {
          cause: error,
        })
      : new CommandError(EXIT.failed, rawMessage, { cause: error });
  }
}
