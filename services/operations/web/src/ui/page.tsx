/** The frame of every page: its title, its actions, and the state of its data. */
import { type ReactNode, useEffect } from 'react';
import type { LiveState } from '../api/live-stream.js';
import { Stale } from './states.js';

/** Shows a page. `live` is the stream that keeps it current, where there is one. */
export function Page(props: {
  title: ReactNode;
  documentTitle: string;
  live?: LiveState;
  /** False until there is data that could be stale. */
  hasData?: boolean;
  limitations?: readonly string[];
  actions?: ReactNode;
  children: ReactNode;
}) {
  const { title, documentTitle, live, hasData = true, limitations = [], actions, children } = props;
  useEffect(() => {
    document.title = `${documentTitle} · Order pipeline`;
  }, [documentTitle]);
  return (
    <>
      <header className="page-head">
        <h1>{title}</h1>
        {live && <LiveMark live={live} />}
        {actions && <div className="actions">{actions}</div>}
      </header>
      {live?.kind === 'stale' && hasData && <Stale since={live.since} error={live.error} />}
      {limitations.map((limitation) => (
        <p key={limitation} className="banner tone-info" role="status">
          {limitation}
        </p>
      ))}
      {children}
    </>
  );
}

/** Says whether the page follows the pipeline. */
export function LiveMark({ live }: { live: LiveState }) {
  const { tone, text } = MARKS[live.kind];
  return (
    <span className={`live tone-${tone}`} data-live={live.kind}>
      <span className={`dot${live.kind === 'live' ? '' : ' pulse'}`} />
      {text}
    </span>
  );
}

const MARKS = {
  connecting: { tone: 'neutral', text: 'Connecting' },
  live: { tone: 'ok', text: 'Live' },
  stale: { tone: 'warn', text: 'Reconnecting' },
} as const;
