/** Actions that an order's state allows. */
import type { GetOrderResponse } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { type ReactNode, useState } from 'react';
import { operations } from '../../api/clients.js';
import { useCanChange } from '../../api/viewer.js';
import { ConfirmDialog } from '../../ui/confirm-dialog.js';
import { ReasonDialog } from '../../ui/reason-dialog.js';
import { RefundDialog } from './refund-dialog.js';

const LABELS = {
  cancel: 'Cancel order',
  resume: 'Send again',
  fail: 'Fail order',
  refund: 'Refund',
  reauthorize: 'Charge again',
  'write-off': 'Write off',
} as const;

type Action = keyof typeof LABELS;

/** Shows a button for each action that the order's state allows. */
export function OrderActions({ order }: { order: GetOrderResponse }) {
  const canChange = useCanChange();
  const [open, setOpen] = useState<Action | undefined>();
  if (!canChange) return null;
  const actions = order.actions.filter((action): action is Action => Object.hasOwn(LABELS, action));
  return (
    <>
      {actions.map((action) => (
        <button
          key={action}
          type="button"
          className={`button${action === 'cancel' || action === 'fail' || action === 'write-off' ? ' danger' : ''}`}
          onClick={() => setOpen(action)}
        >
          {LABELS[action]}
        </button>
      ))}
      {open && <ActionDialog action={open} order={order} onClose={() => setOpen(undefined)} />}
    </>
  );
}

function ActionDialog(props: { action: Action; order: GetOrderResponse; onClose: () => void }): ReactNode {
  const { action, order, onClose } = props;
  const orderId = order.order?.orderId ?? '';
  switch (action) {
    case 'cancel':
      return (
        <ReasonDialog
          title="Cancel this order?"
          action="Cancel order"
          onClose={onClose}
          run={async (reason) => {
            await operations.cancelOrder({ orderId, reason });
            return { summary: 'The order is cancelled.' };
          }}
        >
          <p>No worker has decided it. What it holds is released, and the customer is not charged.</p>
        </ReasonDialog>
      );
    case 'fail':
      return (
        <ReasonDialog
          title="Fail this order?"
          action="Fail order"
          onClose={onClose}
          run={(reason) => operations.failOrder({ orderId, reason, waitSeconds: 10 })}
        >
          <p>
            The order becomes FAILED for good. What it holds is released, and the customer is not charged.
          </p>
        </ReasonDialog>
      );
    case 'write-off':
      return (
        <ReasonDialog
          title="Give up the charge?"
          action="Write off"
          onClose={onClose}
          run={(reason) => operations.writeOffPayment({ orderId, reason })}
        >
          <p>The order stays completed, and the customer is never charged for it.</p>
        </ReasonDialog>
      );
    case 'resume':
      return (
        <ConfirmDialog
          title="Send this order to the queue again?"
          action="Send again"
          onClose={onClose}
          run={() => operations.resumeOrder({ orderId })}
        >
          <p>Use it for an order whose message is gone. A worker continues from what is written.</p>
        </ConfirmDialog>
      );
    case 'reauthorize':
      return (
        <ConfirmDialog
          title="Charge the customer again?"
          action="Charge again"
          onClose={onClose}
          run={() => operations.reauthorizePayment({ orderId })}
        >
          <p>The payment is authorized anew with the order’s payment method, and captured.</p>
        </ConfirmDialog>
      );
    case 'refund':
      return <RefundDialog order={order} onClose={onClose} />;
  }
}
