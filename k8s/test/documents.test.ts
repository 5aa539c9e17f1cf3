/** Checks docs/kubernetes.md against the manifests. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { CONFIG_KEYS } from '../../infra/src/config/keys.ts';
import { ADD_ON_ACCOUNTS } from '../../infra/src/decide/manifest-inputs.ts';
import { CLUSTER_LABELS } from '../src/argo-cd/names.ts';
import { CLUSTERS } from '../src/settings/clusters.ts';
import { toVariantName, VARIANTS } from '../src/settings/types.ts';
import { K8S } from './support/contexts.ts';

const ROOT = resolve(K8S, '..');
const text = readFileSync(join(ROOT, 'docs/kubernetes.md'), 'utf8');
const all = (pattern: RegExp) => [...text.matchAll(pattern)].map(([, found = '']) => found);

describe('docs/kubernetes.md', () => {
  it('links and runs files that there are', () => {
    const links = all(/\]\((?!http|#)([^)#]+)\)/g).map((path) => join('docs', path));
    const scripts = all(/(?:^|\s)(?:\.\/)?((?:infra|k8s|scripts)\/[\w/-]+\.(?:sh|mjs))\b/gm);
    const folders = all(/(?:-R -f |-f |folder `)(k8s\/[\w./-]+)/g);
    expect([links.length > 5, scripts.length > 3, folders.length > 1]).toEqual([true, true, true]);
    expect([...links, ...scripts, ...folders].filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });

  it('links sections that there are', () => {
    const sections = all(/^#+ (.+)$/gm).map((title) => title.toLowerCase().replaceAll(' ', '-'));
    expect(all(/\]\(#([^)]+)\)/g).filter((section) => !sections.includes(section))).toEqual([]);
  });

  it('sets settings that there are', () => {
    const settings = all(/pulumi config set (?:--secret )?(\w+)/g);
    expect(settings.length).toBeGreaterThan(8);
    expect(settings.filter((key) => !CONFIG_KEYS.includes(key))).toEqual([]);
  });

  it('installs the add-ons where manifests and roles expect them', () => {
    const installed = all(/-n ([\w-]+)/g);
    const { ingress, prometheus, meshControl } = CLUSTERS.prod ?? {};
    const namespaces = [
      ...Object.values(ADD_ON_ACCOUNTS).map(({ namespace }) => namespace),
      ...[ingress?.nginx, ingress?.istio, prometheus, meshControl].map((peer) => peer?.namespace),
    ];
    expect(namespaces.filter((namespace) => !installed.includes(namespace ?? ''))).toEqual([]);
    for (const { account } of Object.values(ADD_ON_ACCOUNTS)) expect(text).toContain(`\`${account}\``);
  });

  it('labels clusters as the application set asks, with variants that are rendered', () => {
    for (const label of Object.values(CLUSTER_LABELS)) expect(text).toContain(`--label ${label}=`);
    const variants = VARIANTS.map(toVariantName);
    for (const variant of all(/order-pipeline\/variant=([\w-]+)/g)) expect(variants).toContain(variant);
  });
});
