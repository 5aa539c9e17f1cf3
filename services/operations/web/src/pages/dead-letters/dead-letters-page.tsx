/** Dead letters: why they are here, and what to do with them. */
import { useState } from 'react';
import { useLocation, useSearch } from 'wouter';
import { useCanChange } from '../../api/viewer.js';
import { formatCount, withNoun } from '../../format/number.js';
import { toWords } from '../../format/words.js';
import { Icon } from '../../ui/icons.js';
import { Page } from '../../ui/page.js';
import { Empty, Failure, Skeleton } from '../../ui/states.js';
import { DeadLetterTable } from './dead-letter-table.js';
import { RedriveDialog } from './redrive-dialog.js';
import { type RedriveChoice, useRedrive } from './redrive-run.js';
import { LIMIT, useDeadLetters } from './use-dead-letters.js';

/** Shows the dead letters by reason, with redrive for one, some or all. */
export function DeadLettersPage() {
  const reason = new URLSearchParams(useSearch()).get('reason') ?? '';
  const [, navigate] = useLocation();
  const canChange = useCanChange();
  const { list, live, count } = useDeadLetters(reason);
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [choice, setChoice] = useState<RedriveChoice | undefined>();
  const isRedriving = useRedrive()?.state === 'running';
  const letters = list.data?.deadLetters ?? [];
  const ids = letters.map(({ messageId }) => messageId).filter((id) => selected.has(id));
  const everything: RedriveChoice = reason ? { kind: 'reason', reason } : { kind: 'all' };
  return (
    <Page
      title="Dead letters"
      documentTitle="Dead letters"
      live={live}
      hasData={list.data !== undefined}
      actions={
        <>
          <button
            type="button"
            className="button"
            onClick={() => void list.refetch()}
            disabled={list.isFetching || isRedriving}
          >
            <Icon name="refresh" size={15} /> Read again
          </button>
          {ids.length > 0 && (
            <button
              type="button"
              className="button"
              disabled={isRedriving}
              onClick={() => setChoice({ kind: 'ids', ids })}
            >
              Redrive {formatCount(ids.length)} selected
            </button>
          )}
          {canChange && letters.length > 0 && (
            <button
              type="button"
              className="button primary"
              disabled={isRedriving}
              onClick={() => setChoice(everything)}
            >
              Redrive all{reason && ` “${toWords(reason)}”`}
            </button>
          )}
        </>
      }
    >
      <p className="lead">
        Messages that the processor could not work on. Fix the cause, then redrive them; or fail those that
        will never work.
      </p>
      <ReasonBar
        counts={list.data?.reasons ?? []}
        total={count}
        reason={reason}
        onChange={(next) =>
          navigate(next ? `/dead-letters?reason=${encodeURIComponent(next)}` : '/dead-letters')
        }
      />
      {list.isError && <Failure error={list.error} onRetry={() => void list.refetch()} />}
      <div className="card flush">
        {letters.length > 0 ? (
          <DeadLetterTable
            letters={letters}
            selected={selected}
            onSelect={setSelected}
            canChange={canChange}
            isRedriving={isRedriving}
            onRedrive={(id) => setChoice({ kind: 'ids', ids: [id] })}
          />
        ) : list.isPending && !isRedriving ? (
          <Skeleton label="dead letters" />
        ) : (
          !list.isError && <NoLetters hidden={list.data?.hidden ?? 0} isRedriving={isRedriving} />
        )}
      </div>
      {letters.length >= LIMIT && (
        <p className="muted">Shows the first {formatCount(LIMIT)}. Redrive all takes the others too.</p>
      )}
      {choice && (
        <RedriveDialog
          choice={choice}
          onClose={() => setChoice(undefined)}
          onStart={() => setSelected(new Set())}
        />
      )}
    </Page>
  );
}

function NoLetters({ hidden, isRedriving }: { hidden: number; isRedriving: boolean }) {
  if (isRedriving) return <Empty icon="refresh" title="Redriving" />;
  if (hidden > 0)
    return (
      <Empty icon="letters" title={`${withNoun(hidden, 'dead letter')} in use`}>
        Another reader holds them. They appear again by themselves within minutes.
      </Empty>
    );
  return (
    <Empty icon="check" title="No dead letters">
      Every message was processed. Messages that fail on every receive end up here.
    </Empty>
  );
}

function ReasonBar(props: {
  counts: readonly { reason: string; count: number }[];
  total: number | undefined;
  reason: string;
  onChange: (reason: string) => void;
}) {
  const { counts, total, reason, onChange } = props;
  if (!reason && counts.length === 0) return null;
  const shown =
    reason && !counts.some((each) => each.reason === reason) ? [...counts, { reason, count: 0 }] : counts;
  return (
    <div className="toolbar" role="group" aria-label="Reason">
      <button
        type="button"
        className="filter-chip tone-neutral"
        aria-pressed={reason === ''}
        onClick={() => onChange('')}
      >
        All {total !== undefined && <span className="number">{formatCount(total)}</span>}
      </button>
      {shown.map((each) => (
        <button
          key={each.reason}
          type="button"
          className="filter-chip tone-danger"
          aria-pressed={reason === each.reason}
          onClick={() => onChange(each.reason)}
        >
          <span className="dot" />
          {toWords(each.reason)} <span className="number">{formatCount(each.count)}</span>
        </button>
      ))}
    </div>
  );
}
