/** The progress of a redrive, shown on every page until it is dismissed. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { formatCount, withNoun } from '../../format/number.js';
import type { Tone } from '../../format/words.js';
import { Icon } from '../../ui/icons.js';
import { dismissRedrive, type RedriveRun, stopRedrive, useRedrive } from './redrive-run.js';

const TITLES: Readonly<Record<RedriveRun['state'], string>> = {
  running: 'Redriving dead letters',
  finished: 'Redrive finished',
  stopped: 'Redrive stopped',
  broken: 'Redrive interrupted',
};

/** Shows a bar with counts, and the way to stop. */
export function RedriveProgress() {
  const run = useRedrive();
  const queries = useQueryClient();
  const state = run?.state;
  useEffect(() => {
    if (state && state !== 'running') void queries.invalidateQueries({ queryKey: ['dead-letters'] });
  }, [state, queries]);
  if (!run) return null;
  const { total, redriven, failed, summary } = run;
  return (
    <section className={`card redrive tone-${toneOf(run)}`} aria-label="Redrive">
      <div className="redrive-head">
        <strong>{TITLES[run.state]}</strong>
        <span className="number" role="status">
          {formatCount(redriven)} of {formatCount(total)}
          {failed > 0 && `, ${withNoun(failed, 'failure')}`}
        </span>
        {run.state === 'running' ? (
          <button type="button" className="button small" onClick={stopRedrive}>
            Stop
          </button>
        ) : (
          <button type="button" className="icon-button small" aria-label="Dismiss" onClick={dismissRedrive}>
            <Icon name="close" size={14} />
          </button>
        )}
      </div>
      <progress
        className="progress"
        max={Math.max(1, total)}
        value={redriven + failed}
        aria-label="Redriven"
      />
      {summary && <p className="muted">{summary}</p>}
    </section>
  );
}

function toneOf({ state, failed }: RedriveRun): Tone {
  if (state === 'broken' || failed > 0) return 'danger';
  return state === 'finished' ? 'ok' : 'info';
}
