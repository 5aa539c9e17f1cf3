/** Charts as SVG, readable on light and dark pages. */
import type { BarChart, Chart, LineChart } from '../scenario.js';

const WIDTH = 720;
const LABEL_WIDTH = 190;
const BAR_HEIGHT = 22;
const ROW_HEIGHT = 34;
const TOP = 44;
const COLOURS = ['#2563eb', '#64748b', '#0d9488', '#d97706', '#9333ea', '#dc2626'];

/** Returns the chart as an SVG document. */
export function toSvg(chart: Chart): string {
  return chart.kind === 'bars' ? toBars(chart) : toLines(chart);
}

function toBars({ title, unit, bars }: BarChart): string {
  const height = TOP + bars.length * ROW_HEIGHT + 12;
  const largest = Math.max(...bars.map(({ value, max }) => max ?? value), Number.MIN_VALUE);
  const scale = (value: number) => (value / largest) * (WIDTH - LABEL_WIDTH - 110);
  const rows = bars.map(({ name, value, min, max }, index) => {
    const y = TOP + index * ROW_HEIGHT;
    const middle = y + BAR_HEIGHT / 2;
    const whisker =
      min !== undefined && max !== undefined
        ? `<path d="M${LABEL_WIDTH + scale(min)} ${middle}H${LABEL_WIDTH + scale(max)}" stroke="#111827" stroke-width="2"/>`
        : '';
    return [
      `<text x="${LABEL_WIDTH - 8}" y="${middle + 4}" text-anchor="end">${escapeXml(name)}</text>`,
      `<rect x="${LABEL_WIDTH}" y="${y}" width="${scale(value).toFixed(1)}" height="${BAR_HEIGHT}" fill="${COLOURS[index % COLOURS.length]}"/>`,
      whisker,
      `<text x="${LABEL_WIDTH + scale(max ?? value) + 8}" y="${middle + 4}">${format(value)} ${escapeXml(unit)}</text>`,
    ].join('');
  });
  return toDocument(title, height, rows);
}

const PLOT = { left: 70, right: 180, bottom: 44, height: 300 };

function toLines({ title, xLabel, yLabel, lines }: LineChart): string {
  const points = lines.flatMap((line) => line.points);
  const maxX = Math.max(...points.map(([x]) => x), Number.MIN_VALUE);
  const maxY = Math.max(...points.map(([, y]) => y), Number.MIN_VALUE);
  const x = (value: number) => PLOT.left + (value / maxX) * (WIDTH - PLOT.left - PLOT.right);
  const y = (value: number) => TOP + PLOT.height * (1 - value / maxY);
  const bottom = TOP + PLOT.height;
  const body = lines.map(({ name, points: own }, index) => {
    const colour = COLOURS[index % COLOURS.length];
    const path = own.map(([a, b]) => `${x(a).toFixed(1)},${y(b).toFixed(1)}`).join(' ');
    const dots = own.map(
      ([a, b]) => `<circle cx="${x(a).toFixed(1)}" cy="${y(b).toFixed(1)}" r="3" fill="${colour}"/>`,
    );
    const legend = `<text x="${WIDTH - PLOT.right + 14}" y="${TOP + 14 + index * 20}" fill="${colour}">${escapeXml(name)}</text>`;
    return `<polyline points="${path}" fill="none" stroke="${colour}" stroke-width="2"/>${dots.join('')}${legend}`;
  });
  const axes = [
    `<path d="M${PLOT.left} ${TOP}V${bottom}H${WIDTH - PLOT.right}" fill="none" stroke="#6b7280"/>`,
    `<text x="${PLOT.left - 8}" y="${TOP + 5}" text-anchor="end">${format(maxY)}</text>`,
    `<text x="${PLOT.left - 8}" y="${bottom}" text-anchor="end">0</text>`,
    `<text x="${WIDTH - PLOT.right}" y="${bottom + 18}" text-anchor="end">${format(maxX)}</text>`,
    `<text x="${PLOT.left}" y="${bottom + 36}">${escapeXml(xLabel)} → · ↑ ${escapeXml(yLabel)}</text>`,
  ];
  return toDocument(title, bottom + PLOT.bottom, [...axes, ...body]);
}

function toDocument(title: string, height: number, body: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${escapeXml(title)}">`,
    `<rect width="${WIDTH}" height="${height}" fill="#ffffff"/>`,
    `<g font-family="system-ui, sans-serif" font-size="13" fill="#111827">`,
    `<text x="12" y="24" font-size="15" font-weight="600">${escapeXml(title)}</text>`,
    ...body,
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

function format(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value >= 10 ? value.toFixed(1) : value.toFixed(2);
}

function escapeXml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
