/** Dashboards as Grafana's JSON. */
import type { Dashboard, Panel, Query, Unit } from './panel.ts';

/** The data source of observability/grafana/provisioning. */
const DATASOURCE = { type: 'prometheus', uid: 'prometheus' };

const WIDTH = 12;
const HEIGHT = 8;

/** Units whose names in Grafana differ from ours. */
const UNITS: Readonly<Partial<Record<Unit, string>>> = { 'currency-minor': 'short' };

/** Returns the JSON of a dashboard. Panels that exist only in CloudWatch are left out. */
export function toGrafana({ uid, title, panels }: Dashboard) {
  return {
    uid,
    title,
    tags: ['order-pipeline'],
    timezone: 'browser',
    schemaVersion: 41,
    version: 1,
    refresh: '5s',
    time: { from: 'now-30m', to: 'now' },
    links: [{ type: 'dashboards', title: 'Order pipeline', tags: ['order-pipeline'], asDropdown: true }],
    panels: panels.filter(({ queries }) => queries.length > 0).map(toPanel),
  };
}

function toPanel({ title, unit, description, queries, exemplars = false }: Panel, index: number) {
  return {
    id: index + 1,
    type: 'timeseries',
    title,
    ...(description && { description }),
    datasource: DATASOURCE,
    gridPos: {
      x: (index % 2) * WIDTH,
      y: Math.floor(index / 2) * HEIGHT,
      w: WIDTH,
      h: HEIGHT,
    },
    fieldConfig: { defaults: { unit: UNITS[unit] ?? unit }, overrides: [] },
    targets: queries.map((query, at) => toTarget(query, at, exemplars)),
  };
}

function toTarget({ expr, legend }: Query, index: number, exemplar: boolean) {
  return {
    refId: String.fromCharCode('A'.charCodeAt(0) + index),
    expr,
    legendFormat: legend,
    ...(exemplar && { exemplar }),
  };
}
