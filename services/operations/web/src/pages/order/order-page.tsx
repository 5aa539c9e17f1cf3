/** One order: what happened to it, why, and what can be done. */

import { Code } from '@connectrpc/connect';
import type { GetOrderResponse } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { useQuery } from '@tanstack/react-query';
import { useEffect } from 'react';
import { Link } from 'wouter';
import { operations } from '../../api/clients.js';
import { codeOf } from '../../api/errors.js';
import { addToFeed, useOrderFeed } from '../../api/order-feed.js';
import { isFinalStatus, nameOfStatus } from '../../api/status.js';
import { StatusChip } from '../../ui/chip.js';
import { Icon } from '../../ui/icons.js';
import { Page } from '../../ui/page.js';
import { Empty, Failure, Skeleton } from '../../ui/states.js';
import { CopyId } from '../../ui/values.js';
import { OrderActions } from './order-actions.js';
import { OrderFacts, OrderHolds, OrderPayment } from './order-facts.js';
import { Timeline } from './timeline.js';

/** An open order is read this often, in milliseconds; the feed says at once when its status changes. */
const OPEN_INTERVAL_MS = 1_500;
/** A final order still settles, and can be refunded elsewhere. */
const FINAL_INTERVAL_MS = 10_000;

/** Shows everything that is known of the order. */
export function OrderPage({ orderId }: { orderId: string }) {
  const { live, book } = useOrderFeed();
  const { data, error, isPending, refetch } = useQuery({
    queryKey: ['order', orderId],
    queryFn: ({ signal }) => operations.getOrder({ orderId }, { signal }),
    refetchInterval: ({ state }) =>
      isFinalStatus(state.data?.order?.status ?? 0) && isSettled(state.data)
        ? FINAL_INTERVAL_MS
        : OPEN_INTERVAL_MS,
  });
  const known = book.get(orderId);
  // Read again when the feed shows another status.
  useEffect(() => {
    if (known && known.status !== data?.order?.status) void refetch();
  }, [known?.status]);
  useEffect(() => addToFeed(data?.order ? [data.order] : []), [data]);
  return (
    <Page
      title={
        <>
          <Link href="/orders" className="back" aria-label="Back to the orders">
            <Icon name="back" />
          </Link>
          Order
          {data?.order && <StatusChip status={nameOfStatus(data.order.status)} />}
        </>
      }
      documentTitle={`Order ${orderId}`}
      live={live}
      actions={data && <OrderActions order={data} />}
    >
      <p className="order-title">
        <CopyId id={orderId} label="order id" />
      </p>
      {error && codeOf(error) !== Code.NotFound && <Failure error={error} onRetry={() => void refetch()} />}
      {data ? (
        <OrderView order={data} />
      ) : isPending ? (
        <div className="card">
          <Skeleton label="the order" rows={8} />
        </div>
      ) : (
        codeOf(error) === Code.NotFound && <UnknownOrder />
      )}
    </Page>
  );
}

function OrderView({ order }: { order: GetOrderResponse }) {
  return (
    <>
      {order.explanation && <p className="explanation">{order.explanation}</p>}
      {order.deadLetter && order.order && (
        <p className="banner tone-danger">
          <Icon name="letters" />
          <span className="banner-text">The order’s message is in the dead-letter queue.</span>
          <Link className="button small" href={`/dead-letters/${order.order.orderId}`}>
            Show the dead letter
          </Link>
        </p>
      )}
      <div className="grid wide-side">
        <Timeline order={order} />
        <div className="stack">
          <OrderFacts order={order} />
          <OrderPayment order={order} />
          <OrderHolds holds={order.holds} />
        </div>
      </div>
    </>
  );
}

function UnknownOrder() {
  return (
    <div className="card">
      <Empty
        icon="search"
        title="No order has this id"
        action={
          <Link className="button" href="/orders">
            Go to the orders
          </Link>
        }
      >
        An order that no worker has claimed yet may not be known here. The page looks again by itself.
      </Empty>
    </div>
  );
}

/** A decided order without holds and without an authorized payment is settled. */
function isSettled(order: GetOrderResponse | undefined): boolean {
  return order !== undefined && order.holds.length === 0 && order.payment?.state !== 'AUTHORIZED';
}
