/** The latest orders, live. */
import { Link } from 'wouter';
import { useOrderFeed } from '../../api/order-feed.js';
import { useViewer } from '../../api/viewer.js';
import { OrderRow, OrderTable } from '../../ui/order-table.js';
import { Empty } from '../../ui/states.js';

const SHOWN = 12;

/** Shows the newest orders, and how to get some where there are none. */
export function LatestOrders() {
  const { book } = useOrderFeed();
  const { features } = useViewer();
  const orders = book.list().slice(0, SHOWN);
  return (
    <section className="card flush">
      <div className="card-head inset">
        <h2>Latest orders</h2>
        <Link href="/orders">All orders</Link>
      </div>
      {orders.length === 0 ? (
        <Empty
          icon="orders"
          title="No orders yet"
          action={
            features?.localLab ? (
              <Link className="button primary" href="/try">
                Place the first one
              </Link>
            ) : undefined
          }
        >
          Orders appear here as soon as the API accepts them.
        </Empty>
      ) : (
        <OrderTable label="Latest orders" rowCount={orders.length}>
          {orders.map((order, index) => (
            <OrderRow key={order.orderId} order={order} rowIndex={index + 2} />
          ))}
        </OrderTable>
      )}
    </section>
  );
}
