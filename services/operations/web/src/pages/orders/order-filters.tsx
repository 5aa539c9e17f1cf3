/** The controls above the table. Each change is a new address, so that it can be shared and gone back from. */
import { useEffect, useState } from 'react';
import { STATUS_NAMES, type StatusName } from '../../api/status.js';
import { toneOfStatus, toWords } from '../../format/words.js';
import { Icon } from '../../ui/icons.js';
import type { OrderFilters, SpanName } from './filters.js';

const REASONS = [
  'OUT_OF_STOCK',
  'UNKNOWN_SKU',
  'AMOUNT_MISMATCH',
  'FRAUD_SUSPECTED',
  'PAYMENT_DECLINED',
  'AUTHENTICATION_REQUIRED',
  'RETRIES_EXHAUSTED',
  'QUEUE_EXPIRED',
];

const SPAN_LABELS: readonly [SpanName | '', string][] = [
  ['', 'Any time'],
  ['15m', 'Last 15 minutes'],
  ['1h', 'Last hour'],
  ['24h', 'Last 24 hours'],
  ['7d', 'Last 7 days'],
];

/** Shows search, statuses, reason and time. */
export function OrderFilterBar(props: { filters: OrderFilters; onChange: (filters: OrderFilters) => void }) {
  const { filters, onChange } = props;
  const toggle = (name: StatusName) => {
    const { statuses } = filters;
    onChange({
      ...filters,
      statuses: statuses.includes(name) ? statuses.filter((each) => each !== name) : [...statuses, name],
    });
  };
  return (
    <div className="stack">
      <div className="toolbar">
        <SearchBox query={filters.query} onSearch={(query) => onChange({ ...filters, query })} />
        <select
          className="select"
          aria-label="Reason"
          value={filters.reason}
          onChange={(event) => onChange({ ...filters, reason: event.target.value })}
        >
          <option value="">Any reason</option>
          {REASONS.map((reason) => (
            <option key={reason} value={reason}>
              {toWords(reason)}
            </option>
          ))}
        </select>
        <select
          className="select"
          aria-label="Placed"
          value={filters.span}
          onChange={(event) => onChange({ ...filters, span: event.target.value as SpanName | '' })}
        >
          {SPAN_LABELS.map(([value, label]) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      </div>
      <div className="toolbar" role="group" aria-label="Status">
        {STATUS_NAMES.map((name) => (
          <button
            key={name}
            type="button"
            className={`filter-chip tone-${toneOfStatus(name)}`}
            aria-pressed={filters.statuses.includes(name)}
            onClick={() => toggle(name)}
          >
            <span className="dot" />
            {toWords(name)}
          </button>
        ))}
      </div>
    </div>
  );
}

function SearchBox({ query, onSearch }: { query: string; onSearch: (query: string) => void }) {
  const [text, setText] = useState(query);
  useEffect(() => setText(query), [query]);
  return (
    <form
      className="search"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        onSearch(text.trim());
      }}
    >
      <Icon name="search" size={16} />
      <input
        className="input"
        type="search"
        aria-label="Search orders"
        placeholder="Order id, user, request id or trace id"
        value={text}
        onChange={(event) => {
          setText(event.target.value);
          // The browser's own button clears the field without submitting.
          if (event.target.value === '') onSearch('');
        }}
      />
    </form>
  );
}
