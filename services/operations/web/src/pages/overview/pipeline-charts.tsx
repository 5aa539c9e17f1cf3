/** The last five minutes as charts. */
import type { WatchPipelineResponse } from '@order-pipeline/contracts/gen/operations/v1/operations_pb';
import { useMemo } from 'react';
import { toMs } from '../../api/times.js';
import { formatRate } from '../../format/number.js';
import { formatDuration } from '../../format/time.js';
import { Chart, type ChartLine } from '../../ui/chart.js';

/** Shows throughput and time to decision. */
export function PipelineCharts({ history }: { history: readonly WatchPipelineResponse[] }) {
  const { times, throughput, latency } = useMemo(() => toSeries(history), [history]);
  return (
    <div className="grid two">
      <ChartCard
        title="Throughput"
        unit="orders per second"
        times={times}
        lines={throughput}
        format={formatRate}
        minTop={1}
      />
      <ChartCard
        title="Time to decision"
        unit="from acceptance"
        times={times}
        lines={latency}
        format={(seconds) => formatDuration(seconds * 1_000)}
        minTop={0.1}
      />
    </div>
  );
}

function toSeries(history: readonly WatchPipelineResponse[]) {
  const line = (
    label: string,
    token: string,
    pick: (snapshot: WatchPipelineResponse) => number | undefined,
    isFilled = false,
  ): ChartLine => ({ label, token, isFilled, values: history.map(pick) });
  return {
    times: history.map(({ at }) => toMs(at) ?? 0),
    throughput: [
      line('Accepted', '--info-line', ({ acceptedPerSecond }) => acceptedPerSecond, true),
      line('Decided', '--ok-line', ({ decidedPerSecond }) => decidedPerSecond),
    ],
    latency: [
      line('p99', '--warn-line', ({ decisionP99Seconds }) => decisionP99Seconds),
      line('p50', '--info-line', ({ decisionP50Seconds }) => decisionP50Seconds, true),
    ],
  };
}

function ChartCard(props: {
  title: string;
  unit: string;
  times: readonly number[];
  lines: readonly ChartLine[];
  format: (value: number) => string;
  minTop: number;
}) {
  const { title, unit, times, lines, format, minTop } = props;
  const figures = lines.map(({ label, values }) => {
    const value = values.at(-1);
    return `${label} ${value === undefined ? 'unknown' : format(value)}`;
  });
  return (
    <section className="card">
      <div className="card-head">
        <h2>
          {title} <span className="muted unit-note">{unit}</span>
        </h2>
        <ul className="legend">
          {lines.map(({ label, token, values }) => {
            const value = values.at(-1);
            return (
              <li key={label}>
                <span className="swatch" style={{ background: `var(${token})` }} />
                {label} <strong className="number">{value === undefined ? '–' : format(value)}</strong>
              </li>
            );
          })}
        </ul>
      </div>
      <Chart label={`${title}, ${unit}: ${figures.join(', ')}`} {...{ times, lines, format, minTop }} />
    </section>
  );
}
