/** A long table of which only the visible rows exist. */
import type { OrderSummary } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useEffect, useRef, useState } from 'react';
import { withNoun } from '../../format/number.js';
import { OrderRow, OrderTable } from '../../ui/order-table.js';
import { useMedia } from '../../ui/use-media.js';

/** Heights of a row in pages.css: one line, or two on a narrow screen. */
const ROW_HEIGHT = 45;
const NARROW_ROW_HEIGHT = 64;
const NARROW = '(max-width: 560px)';
/** Rows beyond the visible ones, so that scrolling shows no gaps. */
const OVERSCAN = 12;
/** Rows before the end at which the next page is loaded. */
const LOAD_AHEAD = 20;

/** Shows the orders; asks for more near the end. New orders wait above while the reader is further down. */
export function VirtualOrders({ orders, onEnd }: { orders: readonly OrderSummary[]; onEnd: () => void }) {
  const scroller = useRef<HTMLDivElement>(null);
  const { shown, waiting, show } = useSteadyList(orders, scroller);
  const rowHeight = useMedia(NARROW) ? NARROW_ROW_HEIGHT : ROW_HEIGHT;
  const virtualizer = useVirtualizer({
    count: shown.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    overscan: OVERSCAN,
    getItemKey: (index) => shown[index]?.orderId ?? index,
  });
  // Another height makes every position another one.
  useEffect(() => virtualizer.measure(), [rowHeight]);
  const rows = virtualizer.getVirtualItems();
  const lastIndex = rows.at(-1)?.index ?? 0;
  // Asked again for each row further down, not for each render.
  useEffect(() => {
    if (lastIndex >= shown.length - LOAD_AHEAD) onEnd();
  }, [lastIndex, shown.length]);
  return (
    <div className="virtual">
      {waiting > 0 && (
        <button type="button" className="button primary small new-orders" onClick={show}>
          Show {withNoun(waiting, 'new order')}
        </button>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard. */}
      <section ref={scroller} className="scroller" tabIndex={0} aria-label="Rows of orders">
        <OrderTable label="Orders" rowCount={shown.length}>
          <div role="rowgroup" className="virtual-rows" style={{ height: virtualizer.getTotalSize() }}>
            {rows.map(({ index, start, key }) => {
              const order = shown[index];
              return (
                order && (
                  <OrderRow
                    key={key}
                    order={order}
                    rowIndex={index + 2}
                    style={{ transform: `translateY(${start}px)` }}
                  />
                )
              );
            })}
          </div>
        </OrderTable>
      </section>
    </div>
  );
}

/** Holds new orders back while the reader is not at the top; changes of shown orders appear at once. */
function useSteadyList(orders: readonly OrderSummary[], scroller: React.RefObject<HTMLDivElement | null>) {
  const [newestShown, setNewestShown] = useState<string | undefined>();
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const follow = () =>
      setNewestShown((held) => (element.scrollTop < ROW_HEIGHT ? undefined : (held ?? first.current)));
    element.addEventListener('scroll', follow, { passive: true });
    return () => element.removeEventListener('scroll', follow);
  }, [scroller]);
  const first = useRef<string | undefined>(undefined);
  first.current = orders[0]?.orderId;
  const start = newestShown ? orders.findIndex(({ orderId }) => orderId === newestShown) : 0;
  const waiting = Math.max(0, start);
  return {
    shown: waiting > 0 ? orders.slice(waiting) : orders,
    waiting,
    show: () => {
      setNewestShown(undefined);
      scroller.current?.scrollTo({ top: 0 });
    },
  };
}
