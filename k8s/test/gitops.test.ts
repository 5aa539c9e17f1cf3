/** Argo CD applies the rendered manifests, ignores fields of controllers, and selects clusters by their labels. */
import { describe, expect, it } from '@jest/globals';
import { parser } from '@prometheus-io/lezer-promql';
import { parseAllDocuments } from 'yaml';
import { type Json, type KubernetesObject, ofKind, toObjects } from '../src/check/objects.ts';
import { render } from '../src/render.ts';
import { CONTEXTS, OUTPUT, TEXTS } from './support/contexts.ts';

const documents = parseAllDocuments(OUTPUT.files.get('argo-cd/order-pipeline.yaml') ?? '').map(
  (document) => document.toJS() as KubernetesObject,
);
const [project] = ofKind(documents, 'AppProject');
const [applications] = ofKind(documents, 'ApplicationSet');
const [notifications] = ofKind(documents, 'ConfigMap');
const rendered = CONTEXTS.flatMap(([, context]) => toObjects(Object.values(render(context, TEXTS)).flat()));

describe('the project', () => {
  it('allows every kind that is rendered, in the namespaces that they are in, and no other', () => {
    const toKey = ({ apiVersion, kind }: KubernetesObject) =>
      `${apiVersion.includes('/') ? apiVersion.split('/')[0] : ''}/${kind}`;
    const { clusterResourceWhitelist: cluster, namespaceResourceWhitelist: own } = project?.spec ?? {};
    const allowed = [...cluster, ...own];
    expect(allowed.map(({ group, kind }: Json) => `${group}/${kind}`).sort()).toEqual(
      [...new Set(rendered.map(toKey))].sort(),
    );
    const namespaces = new Set(rendered.flatMap(({ metadata }) => metadata.namespace ?? []));
    expect(project?.spec.destinations.map(({ namespace }: Json) => namespace).sort()).toEqual(
      [...namespaces].sort(),
    );
  });
});

describe('the application set', () => {
  const { template, generators } = applications?.spec ?? {};

  it('makes an application for each cluster with the labels, of a folder that is rendered', () => {
    const keys = generators[0].clusters.selector.matchExpressions.map(({ key }: Json) => key);
    expect(keys).toEqual([
      'order-pipeline/environment',
      'order-pipeline/variant',
      'order-pipeline/namespace',
    ]);
    const labels: Record<string, string> = {
      'order-pipeline/environment': 'prod',
      'order-pipeline/variant': 'istio-vault',
    };
    const path = template.spec.source.path.replaceAll(
      /\{\{ index \.metadata\.labels "([^"]+)" \}\}/g,
      (_: string, key: string) => labels[key],
    );
    expect(
      [...OUTPUT.files.keys()].filter((file) => file.startsWith(`${path.slice('k8s/'.length)}/`)),
    ).not.toEqual([]);
  });

  it('prunes, heals, and leaves replicas and weights to their controllers', () => {
    const { syncPolicy, ignoreDifferences } = template.spec;
    expect(syncPolicy.automated).toEqual({ prune: true, selfHeal: true });
    expect(syncPolicy.syncOptions).toContain('RespectIgnoreDifferences=true');
    for (const kind of ['Deployment', 'Rollout']) {
      const rule = ignoreDifferences.find((it: Json) => it.kind === kind);
      expect(rule.jsonPointers).toEqual(['/spec/replicas']);
    }
    expect(ignoreDifferences.map(({ kind }: Json) => kind)).toEqual(
      expect.arrayContaining(['VirtualService', 'DestinationRule', 'Service']),
    );
  });

  it('subscribes to notifications that have a trigger and a template', () => {
    const names = Object.keys(template.metadata.annotations).map(
      (key) => /subscribe\.(.+)\.slack$/.exec(key)?.[1],
    );
    expect(names.length).toBeGreaterThan(0);
    for (const name of names) {
      expect(notifications?.data?.[`trigger.${name}`]).toContain(name);
      expect(notifications?.data?.[`template.${name}`]).toContain('message');
    }
  });

  it('applies what others need before them', () => {
    const waveOf = ({ metadata }: KubernetesObject) =>
      Number(metadata.annotations?.['argocd.argoproj.io/sync-wave']);
    const waves = (...kinds: string[]) => ofKind(rendered, ...kinds).map(waveOf);
    const first = Math.min(...waves('Rollout', 'Deployment'));
    for (const kind of [
      'Namespace',
      'ServiceAccount',
      'NetworkPolicy',
      'ExternalSecret',
      'AnalysisTemplate',
    ]) {
      expect(Math.max(...waves(kind))).toBeLessThan(first);
    }
    const last = Math.max(...waves('Rollout', 'Deployment'));
    expect(Math.min(...waves('HorizontalPodAutoscaler', 'ScaledObject'))).toBeGreaterThan(last);
    expect(Math.min(...waves('Ingress', 'Gateway'))).toBeGreaterThan(last);
  });
});

describe('the analysis of a canary', () => {
  const queries = ofKind(rendered, 'AnalysisTemplate').flatMap(({ spec }) =>
    spec.metrics.map(({ provider }: Json) => provider.prometheus.query as string),
  );

  it.each([...new Set(queries)])('asks a question that Prometheus understands: %s', (query) => {
    const errors: number[] = [];
    parser.parse(query.replaceAll('{{args.canary-hash}}', 'abc')).iterate({
      enter: ({ type, from }) => {
        if (type.isError) errors.push(from);
      },
    });
    expect(errors).toEqual([]);
    expect(query).toMatch(/namespace="order-pipeline-/);
  });
});
