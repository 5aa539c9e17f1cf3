/** Values as every page shows them: times, amounts, identifiers. */
import { useEffect, useState } from 'react';
import { formatMoney } from '../format/money.js';
import { formatAge, formatFullTime, formatTime, formatUtc } from '../format/time.js';
import { Icon } from './icons.js';
import { useNow } from './use-now.js';

/** Shows a time in the viewer's zone; hovering it shows UTC. `at` in epoch milliseconds. */
export function Time({ at, full = false }: { at: number | undefined; full?: boolean }) {
  const now = useNow(60_000);
  if (at === undefined) return <span className="muted">–</span>;
  return (
    <time dateTime={new Date(at).toISOString()} title={formatUtc(at)}>
      {full ? formatFullTime(at) : formatTime(at, now)}
    </time>
  );
}

/** Shows how long ago a time was; hovering it shows UTC. */
export function Age({ at }: { at: number | undefined }) {
  const now = useNow(1_000);
  if (at === undefined) return <span className="muted">–</span>;
  return (
    <time dateTime={new Date(at).toISOString()} title={formatUtc(at)}>
      {formatAge(now - at)}
    </time>
  );
}

/** Shows an amount of a currency's minor units. */
export function Money({ amount, currency }: { amount: bigint | number | undefined; currency: string }) {
  if (amount === undefined || currency === '') return <span className="muted">–</span>;
  return <span className="number">{formatMoney(amount, currency)}</span>;
}

/** Characters at the end of an id that are never cut: the random part of a UUID. */
const TAIL_LENGTH = 12;

/** Shows an id whose start is cut where the place is narrow: ids of one time begin alike. */
export function ShortId({ id }: { id: string }) {
  return (
    <span className="short-id">
      <span>{id.slice(0, -TAIL_LENGTH)}</span>
      <span>{id.slice(-TAIL_LENGTH)}</span>
    </span>
  );
}

/** Shows an identifier with a button that copies it. */
export function CopyId({ id, label }: { id: string; label: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 1_500);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => void navigator.clipboard?.writeText(id).then(() => setCopied(true));
  return (
    <span className="copy-id">
      <code>{id}</code>
      <button type="button" className="icon-button small" onClick={copy} aria-label={`Copy ${label}`}>
        <Icon name={copied ? 'check' : 'copy'} size={14} />
      </button>
    </span>
  );
}
