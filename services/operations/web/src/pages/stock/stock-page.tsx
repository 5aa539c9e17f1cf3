/** Stock: what can be sold, what is held, and at what price. */
import type { StockItem } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { useInfiniteQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Link } from 'wouter';
import { operations } from '../../api/clients.js';
import { useCanChange } from '../../api/viewer.js';
import { formatCount, withNoun } from '../../format/number.js';
import { Chip } from '../../ui/chip.js';
import { Icon } from '../../ui/icons.js';
import { Page } from '../../ui/page.js';
import { Empty, Failure, Skeleton, Stale } from '../../ui/states.js';
import { Money } from '../../ui/values.js';
import { RestockDialog } from './restock-dialog.js';

const PAGE_SIZE = 100;
const INTERVAL_MS = 3_000;
/** An item with fewer pieces than this is marked. */
const LOW = 10n;

/** Shows every SKU, and adds pieces. */
export function StockPage() {
  const canChange = useCanChange();
  const [restocked, setRestocked] = useState<StockItem | 'new' | undefined>();
  const list = useInfiniteQuery({
    queryKey: ['stock'],
    queryFn: ({ pageParam, signal }) =>
      operations.listStock({ pageSize: PAGE_SIZE, pageToken: pageParam }, { signal }),
    initialPageParam: '',
    getNextPageParam: ({ nextPageToken }) => nextPageToken || undefined,
    refetchInterval: INTERVAL_MS,
  });
  const items = list.data?.pages.flatMap((page) => page.items) ?? [];
  return (
    <Page
      title="Stock"
      documentTitle="Stock"
      actions={
        canChange && (
          <button type="button" className="button" onClick={() => setRestocked('new')}>
            <Icon name="plus" size={15} /> New item
          </button>
        )
      }
    >
      {list.isError &&
        (list.data ? (
          <Stale since={list.dataUpdatedAt} error={list.error} />
        ) : (
          <Failure error={list.error} onRetry={() => void list.refetch()} />
        ))}
      {items.length > 0 ? (
        <div className="card flush">
          <StockTable items={items} onRestock={canChange ? setRestocked : undefined} />
        </div>
      ) : (
        <div className="card">
          {list.isPending ? (
            <Skeleton label="stock" />
          ) : (
            !list.isError && (
              <Empty icon="stock" title="No items">
                Orders without items need no stock. Add the first item to sell it.
              </Empty>
            )
          )}
        </div>
      )}
      {list.hasNextPage && (
        <button type="button" className="button" onClick={() => void list.fetchNextPage()}>
          Show more
        </button>
      )}
      {restocked && (
        <RestockDialog
          item={restocked === 'new' ? undefined : restocked}
          onClose={() => setRestocked(undefined)}
        />
      )}
    </Page>
  );
}

function StockTable(props: {
  items: readonly StockItem[];
  onRestock: ((item: StockItem) => void) | undefined;
}) {
  const { items, onRestock } = props;
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">SKU</th>
          <th scope="col" className="end">
            Available
          </th>
          <th scope="col" className="end">
            Held
          </th>
          <th scope="col" className="end wide-only">
            Sold
          </th>
          <th scope="col" className="wide-only share-column">
            <span className="visually-hidden">Shares</span>
          </th>
          <th scope="col" className="end">
            Price
          </th>
          {onRestock && (
            <th scope="col">
              <span className="visually-hidden">Action</span>
            </th>
          )}
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={item.sku} data-sku={item.sku}>
            <th scope="row">
              {item.sku} <StockMark item={item} />
            </th>
            <td className="end number" data-available={String(item.available)}>
              {formatCount(item.available)}
            </td>
            <td className="end number">
              {item.holdingOrders > 0 ? (
                <Link href="/orders?status=PROCESSING" title={`by ${withNoun(item.holdingOrders, 'order')}`}>
                  {formatCount(item.held)}
                </Link>
              ) : (
                formatCount(item.held)
              )}
            </td>
            <td className="end number wide-only">{formatCount(item.sold)}</td>
            <td className="wide-only">
              <Shares item={item} />
            </td>
            <td className="end">
              <Money amount={item.unitPrice} currency={item.currency} />
            </td>
            {onRestock && (
              <td className="end">
                <button
                  type="button"
                  className="button small"
                  aria-label={`Restock ${item.sku}`}
                  onClick={() => onRestock(item)}
                >
                  Restock
                </button>
              </td>
            )}
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function StockMark({ item: { available } }: { item: StockItem }) {
  if (available <= 0n) return <Chip tone="danger">Sold out</Chip>;
  return available < LOW ? <Chip tone="warn">Low</Chip> : null;
}

/** Available, held and sold as one bar. Decoration: the numbers are in the row. */
function Shares({ item: { available, held, sold } }: { item: StockItem }) {
  return (
    <span className="shares small" aria-hidden="true">
      <span className="tone-ok" style={{ flexGrow: Number(available) }} />
      <span className="tone-info" style={{ flexGrow: Number(held) }} />
      <span className="tone-neutral" style={{ flexGrow: Number(sold) }} />
    </span>
  );
}
