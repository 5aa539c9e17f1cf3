/** Orders: a live table with filters in the address. */
import { useMemo } from 'react';
import { Link, useLocation, useSearch } from 'wouter';
import { useViewer } from '../../api/viewer.js';
import { withNoun } from '../../format/number.js';
import { formatFullTime } from '../../format/time.js';
import { Page } from '../../ui/page.js';
import { Empty, Failure, Skeleton } from '../../ui/states.js';
import { isUnfiltered, type OrderFilters, parseFilters, toSearch } from './filters.js';
import { OrderFilterBar } from './order-filters.js';
import { useOrders } from './use-orders.js';
import { VirtualOrders } from './virtual-orders.js';

/** Shows the orders that pass the filters, the newest first. */
export function OrdersPage() {
  const search = useSearch();
  const [, navigate] = useLocation();
  const filters = useMemo(() => parseFilters(new URLSearchParams(search)), [search]);
  const { orders, live, list, limitations, searchedSince, loadMore } = useOrders(filters);
  const setFilters = (next: OrderFilters) => {
    const query = toSearch(next);
    navigate(query ? `/orders?${query}` : '/orders');
  };
  const since = searchedSince;
  return (
    <Page
      title="Orders"
      documentTitle="Orders"
      live={live}
      hasData={orders.length > 0}
      limitations={limitations}
      actions={
        <span className="muted number" role="status">
          {orders.length > 0 && `${withNoun(orders.length, 'order')}${list.hasNextPage ? ' loaded' : ''}`}
        </span>
      }
    >
      <OrderFilterBar filters={filters} onChange={setFilters} />
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      <div className="card flush fill">
        {orders.length > 0 ? (
          <VirtualOrders key={toSearch(filters)} orders={orders} onEnd={loadMore} />
        ) : list.isPending ? (
          <Skeleton label="orders" rows={12} />
        ) : (
          !list.isError && <NoOrders filters={filters} since={since} onClear={() => navigate('/orders')} />
        )}
      </div>
      {since !== undefined && orders.length > 0 && !list.hasNextPage && (
        <p className="muted">
          Covers orders placed since {formatFullTime(since)}. Search by user for older ones.
        </p>
      )}
    </Page>
  );
}

function NoOrders(props: { filters: OrderFilters; since: number | undefined; onClear: () => void }) {
  const { filters, since, onClear } = props;
  const { features } = useViewer();
  if (isUnfiltered(filters))
    return (
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
    );
  return (
    <Empty
      icon="search"
      title="No order passes these filters"
      action={
        <button type="button" className="button" onClick={onClear}>
          Clear the filters
        </button>
      }
    >
      {filters.query && <p>The search finds whole order ids, users, request ids and trace ids.</p>}
      {since !== undefined && <p>It covers orders placed since {formatFullTime(since)}.</p>}
    </Empty>
  );
}
