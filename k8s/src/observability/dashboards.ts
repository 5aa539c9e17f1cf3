/** Grafana dashboards as ConfigMaps, which Grafana's sidecar finds by a label. */
import { ConfigMap } from 'kubernetes-models/v1';
import { type Manifest, toMetadata, WAVES } from '../model/manifest.ts';
import type { Context } from '../settings/types.ts';

/** Returns a ConfigMap for each dashboard; `texts` has their JSON by the name of their file. */
export function toDashboards(texts: Readonly<Record<string, string>>, context: Context): Manifest[] {
  return Object.entries(texts).map(
    ([file, text]) =>
      new ConfigMap({
        metadata: toMetadata(context, `dashboard-${file.replace(/\.json$/, '')}`, {
          wave: WAVES.rules,
          labels: { grafana_dashboard: '1' },
          annotations: { grafana_folder: 'Order pipeline' },
        }),
        data: { [file]: text },
      }),
  );
}
