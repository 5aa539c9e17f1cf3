/** A line chart over time on uPlot, in the colours of the theme. */
import { useEffect, useRef, useSyncExternalStore } from 'react';
import uPlot from 'uplot';

/** One line. */
export interface ChartLine {
  readonly label: string;
  /** Name of a colour token, such as `--info-line`. */
  readonly token: string;
  readonly values: readonly (number | undefined)[];
  readonly isFilled?: boolean;
}

/** Options of a chart. */
export interface ChartProps {
  /** For screen readers: what the chart shows, with its latest values. */
  readonly label: string;
  /** Epoch milliseconds, one for each value. */
  readonly times: readonly number[];
  readonly lines: readonly ChartLine[];
  readonly format: (value: number) => string;
  /** Smallest value at the top of the axis: labels of a flat line would all read the same. */
  readonly minTop: number;
}

const HEIGHT = 200;
/** Room for the right half of the last time label, in pixels. */
const HALF_TIME_LABEL = 28;
/** The first points must not fill the whole width. */
const MIN_SPAN_SECONDS = 60;

/** Draws the lines and follows width, theme and data. */
export function Chart({ label, times, lines, format, minTop }: ChartProps) {
  const ref = useRef<HTMLDivElement>(null);
  const chart = useRef<uPlot | undefined>(undefined);
  const theme = useTheme();
  const latest = useRef({ lines, format, minTop });
  latest.current = { lines, format, minTop };
  // The theme decides the colours that are read from the page.
  useEffect(() => {
    const element = ref.current;
    if (!element) return;
    const plot = new uPlot(toOptions(element, latest.current), [[]], element);
    chart.current = plot;
    const observer = new ResizeObserver(() => plot.setSize({ width: element.clientWidth, height: HEIGHT }));
    observer.observe(element);
    return () => {
      observer.disconnect();
      plot.destroy();
      chart.current = undefined;
    };
  }, [theme]);
  // A chart that was redrawn for a theme needs its data.
  useEffect(() => {
    chart.current?.setData(toData(times, lines));
  }, [times, lines, theme]);
  return (
    <figure className="chart">
      <div ref={ref} role="img" aria-label={label} />
    </figure>
  );
}

function toData(times: readonly number[], lines: readonly ChartLine[]): uPlot.AlignedData {
  return [times.map((time) => time / 1_000), ...lines.map(({ values }) => [...values])] as uPlot.AlignedData;
}

function toOptions(
  element: HTMLElement,
  { lines, format, minTop }: Pick<ChartProps, 'lines' | 'format' | 'minTop'>,
): uPlot.Options {
  const style = getComputedStyle(element);
  const color = (token: string) => style.getPropertyValue(token).trim();
  const axis = {
    stroke: color('--muted'),
    grid: { stroke: color('--border'), width: 1 },
    ticks: { show: false },
    font: `11px ${style.fontFamily}`,
  };
  return {
    width: element.clientWidth,
    height: HEIGHT,
    legend: { show: false },
    cursor: { y: false, points: { size: 7 } },
    padding: [8, HALF_TIME_LABEL, 0, 0],
    scales: {
      x: { range: (_, min, max) => [Math.min(min, max - MIN_SPAN_SECONDS), max] },
      y: { range: (_, __, max) => [0, Math.max(max * 1.15, minTop)] },
    },
    axes: [
      { ...axis, space: 80, size: 26, values: (_, splits) => splits.map(formatAxisTime) },
      { ...axis, size: 58, values: (_, splits) => splits.map(format) },
    ] as uPlot.Axis[],
    series: [
      {},
      ...lines.map(({ label, token, isFilled }) => ({
        label,
        stroke: color(token),
        width: 2,
        points: { show: false },
        ...(isFilled && { fill: `${color(token)}22` }),
      })),
    ],
  };
}

const axisTime = new Intl.DateTimeFormat(undefined, {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  hourCycle: 'h23',
});

function formatAxisTime(seconds: number): string {
  return axisTime.format(seconds * 1_000);
}

/** Returns the theme in use, and renders again when it changes. */
function useTheme(): string {
  return useSyncExternalStore(
    (listener) => {
      const observer = new MutationObserver(listener);
      observer.observe(document.documentElement, { attributeFilter: ['data-theme'] });
      return () => observer.disconnect();
    },
    () => document.documentElement.dataset.theme ?? 'light',
  );
}
