/** Overview: how the pipeline is doing, at a glance. */
import type { WatchPipelineResponse } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { Link } from 'wouter';
import { usePipeline } from '../../api/pipeline-feed.js';
import { formatCount, formatRate } from '../../format/number.js';
import { formatAge, formatDuration } from '../../format/time.js';
import { Icon } from '../../ui/icons.js';
import { Page } from '../../ui/page.js';
import { Failure, Skeleton } from '../../ui/states.js';
import { findConcerns } from './concerns.js';
import { Breakers, Services } from './health.js';
import { LatestOrders } from './latest-orders.js';
import { Outcomes } from './outcomes.js';
import { PipelineCharts } from './pipeline-charts.js';
import { Tile } from './tile.js';

/** Shows the latest snapshot and the last five minutes. */
export function OverviewPage() {
  const { live, latest, history } = usePipeline();
  return (
    <Page
      title="Overview"
      documentTitle="Overview"
      live={live}
      hasData={latest !== undefined}
      limitations={latest?.limitations ?? []}
    >
      {latest ? (
        <>
          <Attention snapshot={latest} />
          <Tiles latest={latest} history={history} />
          <PipelineCharts history={history} />
          <div className="grid wide-side">
            <LatestOrders />
            <div className="stack">
              <Outcomes snapshot={latest} />
              <Breakers breakers={latest.breakers} />
              <Services services={latest.services} />
            </div>
          </div>
        </>
      ) : live.kind === 'stale' ? (
        <Failure error={live.error} />
      ) : (
        <div className="card">
          <Skeleton label="the overview" rows={10} />
        </div>
      )}
    </Page>
  );
}

function Attention({ snapshot }: { snapshot: WatchPipelineResponse }) {
  const concerns = findConcerns(snapshot);
  if (concerns.length === 0)
    return (
      <p className="all-well tone-ok">
        <Icon name="check" /> Everything is running. Nothing needs attention.
      </p>
    );
  return (
    <ul className="stack concerns" aria-label="Needs attention">
      {concerns.map(({ tone, text, href }) => (
        <li key={text} className={`banner tone-${tone}`}>
          <Icon name="alert" />
          <span className="banner-text">{text}</span>
          {href && (
            <Link className="button small" href={href}>
              Show
            </Link>
          )}
        </li>
      ))}
    </ul>
  );
}

function Tiles({
  latest,
  history,
}: {
  latest: WatchPipelineResponse;
  history: readonly WatchPipelineResponse[];
}) {
  const { queueVisible = 0, queueHidden = 0, oldestAgeSeconds, deadLetters } = latest;
  const recent = history.slice(-60);
  return (
    <div className="grid four tiles">
      <Tile
        label="Accepted"
        value={latest.acceptedPerSecond === undefined ? '–' : formatRate(latest.acceptedPerSecond)}
        unit="/s"
        note={`${latest.decidedPerSecond === undefined ? '–' : formatRate(latest.decidedPerSecond)}/s decided`}
        values={recent.map((snapshot) => snapshot.acceptedPerSecond)}
      />
      <Tile
        label="Time to decision"
        value={formatSeconds(latest.decisionP50Seconds)}
        note={`p99 ${formatSeconds(latest.decisionP99Seconds)}`}
        values={recent.map((snapshot) => snapshot.decisionP50Seconds)}
      />
      <Tile
        label="Backlog"
        value={latest.queueVisible === undefined ? '–' : formatCount(queueVisible)}
        note={
          oldestAgeSeconds === undefined
            ? `${formatCount(latest.inFlight ?? queueHidden)} in flight`
            : `${formatCount(latest.inFlight ?? queueHidden)} in flight · oldest ${formatAge(oldestAgeSeconds * 1_000)}`
        }
        values={recent.map((snapshot) => snapshot.queueVisible)}
      />
      <Tile
        label="Dead letters"
        value={deadLetters === undefined ? '–' : formatCount(deadLetters)}
        note={deadLetters ? 'open the list' : 'none'}
        tone={deadLetters ? 'danger' : undefined}
        href="/dead-letters"
        values={recent.map((snapshot) => snapshot.deadLetters)}
      />
    </div>
  );
}

function formatSeconds(seconds: number | undefined): string {
  return seconds === undefined ? '–' : formatDuration(seconds * 1_000);
}
