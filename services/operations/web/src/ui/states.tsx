/** States that every page has besides its data: loading, empty, error, stale. */
import type { ReactNode } from 'react';
import { describeError } from '../api/errors.js';
import { formatAge } from '../format/time.js';
import { Icon, type IconName } from './icons.js';
import { useNow } from './use-now.js';

/** Placeholder lines in the shape of a table, while the first data loads. */
export function Skeleton({ rows = 6, label }: { rows?: number; label: string }) {
  return (
    <div className="skeleton" role="status" aria-label={`Loading ${label}`}>
      {Array.from({ length: rows }, (_, index) => (
        // The rows are alike and never move.
        <div key={index} className="skeleton-row" />
      ))}
    </div>
  );
}

/** Message of a list without entries, with the next step. */
export function Empty(props: { icon: IconName; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={props.icon} size={32} />
      <p className="empty-title">{props.title}</p>
      {props.children && <div className="muted">{props.children}</div>}
      {props.action}
    </div>
  );
}

/** An error with the way to try again. */
export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { title, detail } = describeError(error);
  return (
    <div className="banner tone-danger" role="alert">
      <Icon name="alert" />
      <div className="banner-text">
        <strong>{title}</strong>
        <span>{detail}</span>
      </div>
      {onRetry && (
        <button type="button" className="button small" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  );
}

/** Says since when the data on the page is not current. `since` in epoch milliseconds. */
export function Stale({ since, error }: { since: number; error?: unknown }) {
  const now = useNow(1_000);
  return (
    <div className="banner tone-warn" role="status">
      <Icon name="alert" />
      <div className="banner-text">
        <strong>Not live</strong>
        <span>
          Showing what was known {formatAge(now - since)} ago. {describeError(error).detail} Trying again.
        </span>
      </div>
    </div>
  );
}
