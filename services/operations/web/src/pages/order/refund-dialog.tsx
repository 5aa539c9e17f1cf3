/** Refunds a completed order, in full or in part. */
import type { GetOrderResponse } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { useState } from 'react';
import { operations } from '../../api/clients.js';
import { formatMoney } from '../../format/money.js';
import { parseMoney } from '../../format/parse-money.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';
import { ReasonField } from '../../ui/reason-dialog.js';

/** Asks for the amount and the reason. An empty amount refunds all that is left. */
export function RefundDialog({ order, onClose }: { order: GetOrderResponse; onClose: () => void }) {
  const [text, setText] = useState('');
  const [reason, setReason] = useState('');
  const [restock, setRestock] = useState(false);
  const currency = order.order?.currency ?? '';
  const left = (order.payment?.amount ?? 0n) - order.refundedAmount;
  const amount = text.trim() === '' ? left : parseMoney(text, currency);
  const isValid = amount !== undefined && amount > 0n && amount <= left;
  return (
    <ConfirmDialog
      title="Refund this order?"
      action={isValid ? `Refund ${formatMoney(amount, currency)}` : 'Refund'}
      isDanger
      isReady={isValid && reason.trim() !== ''}
      onClose={onClose}
      run={() =>
        operations.refundOrder({
          orderId: order.order?.orderId ?? '',
          amount: text.trim() === '' ? 0n : (amount ?? 0n),
          reason: reason.trim(),
          restock,
        })
      }
    >
      <label className="field">
        <span>
          Amount <span className="hint">{currency}, empty for all that is left</span>
        </span>
        <input
          className="input"
          inputMode="decimal"
          value={text}
          placeholder={formatMoney(left, currency)}
          aria-invalid={!isValid}
          onChange={(event) => setText(event.target.value)}
        />
        {!isValid && <span className="problem">At most {formatMoney(left, currency)} can be refunded.</span>}
      </label>
      <ReasonField value={reason} onChange={setReason} />
      {(order.order?.items.length ?? 0) > 0 && (
        <label className="check">
          <input
            className="checkbox"
            type="checkbox"
            checked={restock}
            onChange={(event) => setRestock(event.target.checked)}
          />
          Return the items to stock
        </label>
      )}
    </ConfirmDialog>
  );
}
