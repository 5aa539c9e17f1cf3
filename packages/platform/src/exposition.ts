/**
 * The text of a registry, in the format that a scraper accepts: Prometheus' own, or OpenMetrics with exemplars.
 *
 * prom-client has an OpenMetrics mode of its own, which renames counters forever when it is used once, so that one registry
 * cannot serve both formats. Here the text is translated.
 */
import { exemplarsOf, seriesKey } from './exemplars.js';
import type { Registry } from './metrics.js';

/** A response to a scrape. */
export interface Exposition {
  readonly contentType: string;
  readonly text: string;
}

const OPEN_METRICS = 'application/openmetrics-text; version=1.0.0; charset=utf-8';

/** Returns the metrics of a registry in a format that the field `Accept` of the request allows. */
export async function renderMetrics(registry: Registry, accept = ''): Promise<Exposition> {
  const text = await registry.metrics();
  return accept.includes('application/openmetrics-text')
    ? { contentType: OPEN_METRICS, text: toOpenMetrics(text, registry) }
    : { contentType: registry.contentType, text };
}

const DESCRIPTION = /^# (TYPE|HELP) (\w+) (.*)$/;
const BUCKET = /^(\w+)_bucket\{(.*)\} \S+$/;
const TOTAL = /_total$/;

function toOpenMetrics(text: string, registry: Registry): string {
  const lines = text.split('\n').filter((line) => line !== '');
  const counters = new Set(
    lines.flatMap((line) => {
      const [, keyword, name = '', type] = DESCRIPTION.exec(line) ?? [];
      return keyword === 'TYPE' && type === 'counter' ? [name] : [];
    }),
  );
  const exemplars = exemplarsOf(registry);
  return [...lines.map((line) => translate(line)), '# EOF', ''].join('\n');

  function translate(line: string): string {
    const [, keyword, name = '', rest] = DESCRIPTION.exec(line) ?? [];
    if (keyword) {
      // The family of a counter has no suffix; its samples have.
      if (!counters.has(name)) return line;
      if (TOTAL.test(name)) return `# ${keyword} ${name.replace(TOTAL, '')} ${rest}`;
      return keyword === 'TYPE' ? `# TYPE ${name} unknown` : line;
    }
    const [, histogram, labels = ''] = BUCKET.exec(line) ?? [];
    const exemplar = histogram && exemplars.get(seriesKey(histogram, labels.split(/,(?=\w+=")/)));
    if (!exemplar) return line;
    return `${line} # {trace_id="${exemplar.traceId}"} ${exemplar.value} ${exemplar.seconds}`;
  }
}
