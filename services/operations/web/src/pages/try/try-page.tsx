/** Try it: places orders of every outcome, and follows each. Local stage only. */
import { Outcome } from '@order-pipeline/contracts/gen/operations/v1/local_lab_pb';
import { useState } from 'react';
import { useOrderFeed } from '../../api/order-feed.js';
import { isFinalStatus } from '../../api/status.js';
import { useCanChange } from '../../api/viewer.js';
import { formatCount, withNoun } from '../../format/number.js';
import { Icon } from '../../ui/icons.js';
import { Page } from '../../ui/page.js';
import { Empty } from '../../ui/states.js';
import { PlacedRow } from './placed-row.js';
import {
  labelOfOutcome,
  OUTCOMES,
  placeOrders,
  stopPlacing,
  type TrafficRun,
  useTraffic,
} from './traffic.js';

const COUNTS = [1, 10, 200];
/** Placed orders that are listed; all others are on the orders page. */
const SHOWN = 50;

/** Shows a button for each outcome, and the orders that were placed. */
export function TryPage() {
  const { live, book } = useOrderFeed();
  const { run, placed } = useTraffic();
  const canChange = useCanChange();
  const [count, setCount] = useState(1);
  const isBlocked = !canChange || (run !== undefined && !run.isFinished);
  const open = placed.filter(({ orderId, outcome }) => {
    const order = book.get(orderId);
    return outcome !== Outcome.DEAD_LETTER && !(order && isFinalStatus(order.status));
  });
  return (
    <Page title="Try it" documentTitle="Try it" live={live} hasData={placed.length > 0}>
      <p className="lead">
        Places real orders through the API of this local stack, each made for one outcome.
        {!canChange && ' Placing orders needs the role operator.'}
      </p>
      <div className="toolbar">
        <button
          type="button"
          className="button primary"
          disabled={isBlocked}
          onClick={() => void placeOrders(Outcome.MIXED, 200)}
        >
          <Icon name="try" size={15} /> 200 orders, mixed
        </button>
        <span className="toolbar-label" id="count-label">
          or of one outcome:
        </span>
        <div className="segmented" role="group" aria-labelledby="count-label">
          {COUNTS.map((each) => (
            <button key={each} type="button" aria-pressed={count === each} onClick={() => setCount(each)}>
              {each}
            </button>
          ))}
        </div>
      </div>
      <ul className="outcomes">
        {OUTCOMES.map(({ outcome, label, how }) => (
          <li key={outcome}>
            <button
              type="button"
              className="outcome"
              disabled={isBlocked}
              onClick={() => void placeOrders(outcome, count)}
            >
              <strong>{label}</strong>
              <span className="muted">{how}</span>
            </button>
          </li>
        ))}
      </ul>
      {run && <RunProgress run={run} />}
      <section className="card flush">
        <div className="card-head inset">
          <h2>Placed here</h2>
          <span className="muted number" role="status">
            {placed.length > 0 && `${withNoun(placed.length, 'order')}, ${formatCount(open.length)} open`}
          </span>
        </div>
        {placed.length === 0 ? (
          <Empty icon="try" title="Nothing placed yet">
            Each order appears here at once and changes while the pipeline works on it.
          </Empty>
        ) : (
          <ul className="placed">
            {placed.slice(0, SHOWN).map((order, index) => (
              <PlacedRow
                key={order.orderId}
                placed={order}
                order={book.get(order.orderId)}
                isFollowedAtOnce={index === 0 && run?.count === 1}
              />
            ))}
          </ul>
        )}
      </section>
    </Page>
  );
}

function RunProgress({ run }: { run: TrafficRun }) {
  const { outcome, count, accepted, refused, isFinished, problem } = run;
  return (
    <section className="card redrive tone-info" aria-label="Placing orders">
      <div className="redrive-head">
        <strong>
          {isFinished ? 'Placed' : 'Placing'} {withNoun(count, 'order')}:{' '}
          {labelOfOutcome(outcome).toLowerCase()}
        </strong>
        <span className="number" role="status">
          {formatCount(accepted)} accepted{refused > 0 && `, ${formatCount(refused)} refused`}
        </span>
        {!isFinished && (
          <button type="button" className="button small" onClick={stopPlacing}>
            Stop
          </button>
        )}
      </div>
      <progress className="progress" max={count} value={accepted + refused} aria-label="Placed" />
      {problem && <p className="tone-danger problem-text">{problem}</p>}
    </section>
  );
}
