/** The methods about stock. */
import { Code, ConnectError, type ServiceImpl } from '@connectrpc/connect';
import type { OperationsService } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import type { PageToken } from '@order-pipeline/platform/dynamo/table';
import { restock } from '../operator/restock.js';
import { listStock, readStock } from '../operator/stock.js';
import { type CallDeps, createCallTools } from './call-tools.js';
import { translated } from './errors.js';
import { decodePageToken, encodePageToken, Fields } from './fields.js';
import { toStockItem } from './messages.js';

type StockMethods = Pick<ServiceImpl<typeof OperationsService>, 'listStock' | 'restock'>;

/** Creates the methods. */
export function createStockMethods(deps: CallDeps): StockMethods {
  const { dynamo } = deps.system;
  const { inventoryTable } = deps.config;
  return {
    listStock: (request) => {
      const fields = new Fields();
      const limit = fields.number('page_size', request.pageSize, 100, 1, 200);
      const token = decodePageToken(request.pageToken) as PageToken | undefined;
      if (request.pageToken !== '' && typeof token?.sku !== 'string')
        fields.violate('page_token', 'must be the next_page_token of an answer');
      fields.done();
      return translated(async () => {
        const { items, next } = await listStock(dynamo, inventoryTable, limit, token);
        return { items: items.map(toStockItem), nextPageToken: encodePageToken(next) };
      });
    },
    restock: (request, context) => {
      const fields = new Fields();
      const sku = fields.id('sku', request.sku);
      const delivery = {
        sku,
        quantity: fields.amount('quantity', request.quantity),
        deliveryId: fields.id('delivery_id', request.deliveryId),
        ...(request.unitPrice !== undefined && { unitPrice: fields.amount('unit_price', request.unitPrice) }),
        ...(request.currency !== undefined && { currency: request.currency }),
      };
      fields.done();
      const { tools } = createCallTools(deps, context, request.dryRun);
      return translated(async () => {
        await restock(tools, delivery);
        const item = await readStock(dynamo, inventoryTable, sku);
        if (!item && !request.dryRun)
          throw new ConnectError(`the price list has no SKU ${sku}`, Code.NotFound);
        return { item: item && toStockItem(item) };
      });
    },
  };
}
