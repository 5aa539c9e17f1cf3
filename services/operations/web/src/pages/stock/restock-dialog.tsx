/** Adds pieces to an item, or a new item. */
import type { StockItem } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { useState } from 'react';
import { operations } from '../../api/clients.js';
import { formatMoney } from '../../format/money.js';
import { withNoun } from '../../format/number.js';
import { parseMoney } from '../../format/parse-money.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';

const CURRENCY = 'USD';

/** Asks for pieces and price. One dialog is one delivery: sending it twice adds nothing twice. */
export function RestockDialog({ item, onClose }: { item: StockItem | undefined; onClose: () => void }) {
  const [deliveryId] = useState(() => `console-${crypto.randomUUID()}`);
  const [sku, setSku] = useState(item?.sku ?? '');
  const [quantity, setQuantity] = useState('');
  const [price, setPrice] = useState('');
  const currency = item?.currency ?? CURRENCY;
  const pieces = /^\d{1,9}$/.test(quantity.trim()) ? BigInt(quantity.trim()) : undefined;
  const unitPrice = price.trim() === '' ? undefined : parseMoney(price, currency);
  const isPriceValid = price.trim() === '' ? item !== undefined : unitPrice !== undefined && unitPrice > 0n;
  return (
    <ConfirmDialog
      title={item ? `Restock ${item.sku}` : 'New item'}
      action={pieces === undefined ? 'Add' : `Add ${withNoun(pieces, 'piece')}`}
      isReady={sku.trim() !== '' && pieces !== undefined && isPriceValid}
      onClose={onClose}
      run={async () => {
        const { item: after } = await operations.restock({
          sku: sku.trim(),
          quantity: pieces ?? 0n,
          deliveryId,
          ...(unitPrice !== undefined && { unitPrice, currency }),
        });
        return { summary: `${sku.trim()} now has ${withNoun(after?.available ?? 0n, 'piece')} available.` };
      }}
    >
      {!item && (
        <label className="field">
          <span>SKU</span>
          <input className="input" value={sku} required onChange={(event) => setSku(event.target.value)} />
        </label>
      )}
      <label className="field">
        <span>Pieces to add</span>
        <input
          className="input"
          inputMode="numeric"
          value={quantity}
          required
          onChange={(event) => setQuantity(event.target.value)}
        />
      </label>
      <label className="field">
        <span>
          Price of a piece{' '}
          <span className="hint">
            {currency}
            {item ? ', empty to keep it' : ''}
          </span>
        </span>
        <input
          className="input"
          inputMode="decimal"
          value={price}
          placeholder={item ? formatMoney(item.unitPrice, currency) : '12.50'}
          onChange={(event) => setPrice(event.target.value)}
        />
        {price.trim() !== '' && !isPriceValid && (
          <span className="problem">Not an amount in {currency}.</span>
        )}
      </label>
    </ConfirmDialog>
  );
}
