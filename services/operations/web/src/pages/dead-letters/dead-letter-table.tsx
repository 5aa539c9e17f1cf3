/** The table of dead letters. */
import type { DeadLetter } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { useVirtualizer } from '@tanstack/react-virtual';
import { useRef } from 'react';
import { Link } from 'wouter';
import { toMs } from '../../api/times.js';
import { explainDeadLetter, toWords } from '../../format/words.js';
import { Chip } from '../../ui/chip.js';
import { Age, Money, ShortId } from '../../ui/values.js';

const ROW_HEIGHT = 64;

/** Options of the table. */
export interface DeadLetterTableProps {
  readonly letters: readonly DeadLetter[];
  /** Ids of messages. */
  readonly selected: ReadonlySet<string>;
  readonly onSelect: (ids: ReadonlySet<string>) => void;
  /** False for viewers, who neither select nor redrive. */
  readonly canChange: boolean;
  /** True while a redrive runs: no other one can be started. */
  readonly isRedriving: boolean;
  readonly onRedrive: (id: string) => void;
}

/** Shows the letters; only visible rows exist. */
export function DeadLetterTable(props: DeadLetterTableProps) {
  const { letters, selected, onSelect, canChange, isRedriving, onRedrive } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count: letters.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_HEIGHT,
    overscan: 10,
    getItemKey: (index) => letters[index]?.messageId ?? index,
  });
  const toggle = (id: string) => {
    const next = new Set(selected);
    if (!next.delete(id)) next.add(id);
    onSelect(next);
  };
  const all = letters.every(({ messageId }) => selected.has(messageId));
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard.
    <section ref={scroller} className="scroller" tabIndex={0} aria-label="Rows of dead letters">
      <div
        role="table"
        className={canChange ? 'letter-table' : 'letter-table read-only'}
        aria-label="Dead letters"
        aria-rowcount={letters.length + 1}
      >
        <div role="rowgroup">
          <div className="letter-row head" role="row" aria-rowindex={1}>
            {canChange && (
              <span role="columnheader">
                <input
                  type="checkbox"
                  className="checkbox"
                  aria-label="Select all"
                  checked={all}
                  onChange={() => onSelect(new Set(all ? [] : letters.map(({ messageId }) => messageId)))}
                />
              </span>
            )}
            <span role="columnheader">Order</span>
            <span role="columnheader">Reason and errors</span>
            <span role="columnheader" className="wide-only end">
              Amount
            </span>
            <span role="columnheader" className="wide-only end">
              Receives
            </span>
            <span role="columnheader" className="end">
              Age
            </span>
            {canChange && (
              <span role="columnheader" className="wide-only">
                <span className="visually-hidden">Action</span>
              </span>
            )}
          </div>
        </div>
        <div role="rowgroup" className="virtual-rows" style={{ height: virtualizer.getTotalSize() }}>
          {virtualizer.getVirtualItems().map(({ index, start, key }) => {
            const letter = letters[index];
            return (
              letter && (
                <div
                  key={key}
                  className="letter-row"
                  role="row"
                  aria-rowindex={index + 2}
                  style={{ transform: `translateY(${start}px)` }}
                >
                  <LetterCells
                    letter={letter}
                    canChange={canChange}
                    isRedriving={isRedriving}
                    isSelected={selected.has(letter.messageId)}
                    onToggle={() => toggle(letter.messageId)}
                    onRedrive={() => onRedrive(letter.messageId)}
                  />
                </div>
              )
            );
          })}
        </div>
      </div>
    </section>
  );
}

function LetterCells(props: {
  letter: DeadLetter;
  canChange: boolean;
  isRedriving: boolean;
  isSelected: boolean;
  onToggle: () => void;
  onRedrive: () => void;
}) {
  const { letter, canChange, isRedriving, isSelected, onToggle, onRedrive } = props;
  const { messageId, orderId, userId, reason, firstError, lastError, amount, currency, receiveCount } =
    letter;
  const name = orderId || messageId;
  return (
    <>
      {canChange && (
        <span role="cell">
          <input
            type="checkbox"
            className="checkbox"
            aria-label={`Select ${name}`}
            checked={isSelected}
            onChange={onToggle}
          />
        </span>
      )}
      <span role="cell" className="two-lines">
        <Link href={`/dead-letters/${encodeURIComponent(messageId)}`} title={name}>
          <ShortId id={name} />
        </Link>
        <span className="muted">{userId || 'Not an order'}</span>
      </span>
      <span role="cell" className="two-lines">
        <span>
          <Chip tone="danger">{toWords(reason)}</Chip>
        </span>
        <span className="muted" title={firstError}>
          {errorsOf(firstError, lastError) || explainDeadLetter(reason)}
        </span>
      </span>
      <span role="cell" className="wide-only end">
        <Money amount={currency ? amount : undefined} currency={currency} />
      </span>
      <span role="cell" className="wide-only end number">
        {receiveCount ?? '–'}
      </span>
      <span role="cell" className="end number">
        <Age at={toMs(letter.deadLetteredAt)} />
      </span>
      {canChange && (
        <span role="cell" className="wide-only end">
          <button
            type="button"
            className="button small"
            disabled={isRedriving}
            onClick={onRedrive}
            aria-label={`Redrive ${name}`}
          >
            Redrive
          </button>
        </span>
      )}
    </>
  );
}

function errorsOf(first: string, last: string): string {
  return last && last !== first ? `${first} → ${last}` : first;
}
