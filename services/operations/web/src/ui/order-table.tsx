/** Rows of orders. Built on grid roles, since virtual rows cannot live in a table element. */
import type { OrderSummary } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import type { CSSProperties, KeyboardEvent, ReactNode } from 'react';
import { Link } from 'wouter';
import { nameOfStatus } from '../api/status.js';
import { toMs } from '../api/times.js';
import { formatDuration } from '../format/time.js';
import { toWords } from '../format/words.js';
import { StatusChip } from './chip.js';
import { Money, ShortId, Time } from './values.js';

/** Shows the heads above the rows. Arrow keys move between the rows' links. */
export function OrderTable({
  label,
  rowCount,
  children,
}: {
  label: string;
  rowCount: number;
  children: ReactNode;
}) {
  return (
    <div
      className="order-table"
      role="table"
      aria-label={label}
      aria-rowcount={rowCount + 1}
      onKeyDown={moveFocus}
    >
      <div role="rowgroup">
        <div className="order-row head" role="row" aria-rowindex={1}>
          <span role="columnheader">Order</span>
          <span role="columnheader">Status</span>
          <span role="columnheader" className="wide-only">
            Customer
          </span>
          <span role="columnheader" className="end">
            Amount
          </span>
          <span role="columnheader" className="wide-only end">
            Took
          </span>
          <span role="columnheader" className="end">
            Placed
          </span>
        </div>
      </div>
      {children}
    </div>
  );
}

/** Shows one order. `rowIndex` counts from 1 with the heads. */
export function OrderRow(props: { order: OrderSummary; rowIndex: number; style?: CSSProperties }) {
  const { order, rowIndex, style } = props;
  const created = toMs(order.createdAt);
  return (
    <div className="order-row" role="row" aria-rowindex={rowIndex} style={style} data-order={order.orderId}>
      <span role="cell" className="order-id">
        <Link href={`/orders/${order.orderId}`} title={order.orderId}>
          <ShortId id={order.orderId} />
        </Link>
      </span>
      <span role="cell" className="status-cell">
        <StatusChip status={nameOfStatus(order.status)} />
        {order.reason && <span className="reason">{toWords(order.reason)}</span>}
      </span>
      <span role="cell" className="wide-only ellipsis">
        {order.userId}
      </span>
      <span role="cell" className="end">
        <Money amount={order.currency ? order.amount : undefined} currency={order.currency} />
      </span>
      <span role="cell" className="wide-only end number muted">
        {tookOf(order)}
      </span>
      <span role="cell" className="end number">
        <Time at={created} />
      </span>
    </div>
  );
}

function tookOf({ createdAt, updatedAt, status }: OrderSummary): string {
  const [from, to] = [toMs(createdAt), toMs(updatedAt)];
  if (from === undefined || to === undefined || nameOfStatus(status) === 'PENDING' || to < from) return '';
  return nameOfStatus(status) === 'PROCESSING' ? '' : formatDuration(to - from);
}

function moveFocus(event: KeyboardEvent<HTMLDivElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  const links = [...event.currentTarget.querySelectorAll<HTMLElement>('.order-id a')];
  const index = links.indexOf(document.activeElement as HTMLElement);
  const next = links[index + step];
  if (index < 0 || !next) return;
  event.preventDefault();
  next.focus();
}
