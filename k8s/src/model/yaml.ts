/** Writes manifests as YAML. */
import { stringify } from 'yaml';
import type { Manifest } from './manifest.ts';

/** Returns the manifests as the documents of one file. */
export function toYaml(manifests: readonly Manifest[], comment: string): string {
  const documents = manifests.map((manifest) =>
    // Kubernetes reads YAML 1.1, where a bare `on` or `0400` is no text.
    stringify(manifest.toJSON(), { lineWidth: 0, aliasDuplicateObjects: false, compat: 'yaml-1.1' }),
  );
  return `# ${comment}\n${documents.join('---\n')}`;
}
