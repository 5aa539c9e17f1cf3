/** Decisions of the last minutes by outcome. */
import type { WatchPipelineResponse } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { Link } from 'wouter';
import { nameOfStatus } from '../../api/status.js';
import { formatCount } from '../../format/number.js';
import { formatAge } from '../../format/time.js';
import { toneOfStatus, toWords } from '../../format/words.js';

/** Shows shares as one bar, and every outcome with its count. */
export function Outcomes({ snapshot }: { snapshot: WatchPipelineResponse }) {
  const { outcomes, windowSeconds } = snapshot;
  const total = outcomes.reduce((sum, { count }) => sum + count, 0);
  const sorted = outcomes.toSorted((one, two) => two.count - one.count);
  return (
    <section className="card">
      <div className="card-head">
        <h2>Outcomes</h2>
        <span className="muted">last {formatAge(windowSeconds * 1_000)}</span>
      </div>
      {total === 0 && <p className="muted">No order was decided in this time.</p>}
      {total > 0 && (
        <div className="shares" aria-hidden="true">
          {sorted.map(({ status, reason, count }) => (
            <span
              key={`${status} ${reason}`}
              className={`tone-${toneOfStatus(nameOfStatus(status))}`}
              style={{ flexGrow: count }}
            />
          ))}
        </div>
      )}
      <ul className="rows">
        {sorted.map(({ status, reason, count }) => {
          const name = nameOfStatus(status);
          const query = reason ? `status=${name}&reason=${reason}` : `status=${name}`;
          return (
            <li key={`${status} ${reason}`} className="row">
              <span className={`row-name with-dot tone-${toneOfStatus(name)}`}>
                <span className="dot" />
                <Link href={`/orders?${query}`}>{reason ? toWords(reason) : toWords(name)}</Link>
              </span>
              <span className="number">
                {formatCount(count)} <span className="muted share">{formatShare(count / total)}</span>
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}

function formatShare(share: number): string {
  return `${(share * 100).toFixed(share < 0.1 ? 1 : 0)} %`;
}
