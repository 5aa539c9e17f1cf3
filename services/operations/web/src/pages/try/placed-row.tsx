/** One placed order: its status now, and its event stream on request. */
import { Outcome, type PlacedOrder } from '@order-pipeline/contracts/gen/operations/v1/local_lab_pb';
import type { OrderSummary } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { useState } from 'react';
import { Link } from 'wouter';
import { isFinalStatus, nameOfStatus } from '../../api/status.js';
import { toWords } from '../../format/words.js';
import { Chip, StatusChip } from '../../ui/chip.js';
import { ShortId, Time } from '../../ui/values.js';
import { useFollow } from './follow.js';
import { labelOfOutcome } from './traffic.js';

/** Shows the order; `order` is what the feed knows of it. */
export function PlacedRow(props: {
  placed: PlacedOrder;
  order: OrderSummary | undefined;
  isFollowedAtOnce: boolean;
}) {
  const { placed, order, isFollowedAtOnce } = props;
  const { orderId, outcome, pollUrl } = placed;
  const [isOpen, setIsOpen] = useState(isFollowedAtOnce);
  return (
    <li className="placed-row" data-order={orderId}>
      <div className="placed-line">
        <Link href={`/orders/${orderId}`} title={orderId}>
          <ShortId id={orderId} />
        </Link>
        <span className="muted wide-only">{labelOfOutcome(outcome)}</span>
        <span className="status-cell">
          {outcome === Outcome.DEAD_LETTER && !(order && isFinalStatus(order.status)) ? (
            <Chip tone="danger">Dead letter</Chip>
          ) : (
            <StatusChip status={order ? nameOfStatus(order.status) : 'PENDING'} />
          )}
          {order?.reason && <span className="reason">{toWords(order.reason)}</span>}
        </span>
        {pollUrl && (
          <button
            type="button"
            className="button small"
            aria-expanded={isOpen}
            onClick={() => setIsOpen((now) => !now)}
          >
            {isOpen ? 'Hide events' : 'Follow'}
          </button>
        )}
      </div>
      {isOpen && pollUrl && <EventStream pollUrl={pollUrl} />}
    </li>
  );
}

function EventStream({ pollUrl }: { pollUrl: string }) {
  const { events, state } = useFollow(pollUrl);
  return (
    <ol className="events" aria-label="Events of the order">
      {events.map(({ status, reason, at }) => (
        <li key={status}>
          <Time at={at} /> <code>status</code> <StatusChip status={status} /> {reason && toWords(reason)}
        </li>
      ))}
      {state === 'open' && <li className="muted">Listening to the API’s event stream…</li>}
      {state === 'broken' && <li className="muted">The API does not stream this order’s events.</li>}
    </ol>
  );
}
