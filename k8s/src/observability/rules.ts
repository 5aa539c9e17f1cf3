/** PrometheusRules: the rules of observability/rules.yml, confined to the system's namespace. */
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1';
import { parse } from 'yaml';
import { type Manifest, toMetadata, WAVES } from '../model/manifest.ts';
import type { Context } from '../settings/types.ts';
import { addMatcher } from './promql.ts';

/** One rule, as Prometheus reads it. */
export interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly for?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

interface RuleFile {
  readonly groups: readonly { readonly name: string; readonly rules: readonly Rule[] }[];
}

/** Returns the rules of the file's text. */
export function toRules(text: string, context: Context): Manifest {
  const { groups } = parse(text) as RuleFile;
  const namespace = context.inputs.prefix;
  return new PrometheusRule({
    metadata: toMetadata(context, 'order-pipeline', { wave: WAVES.rules }),
    spec: {
      groups: groups.map((group) => ({
        ...group,
        rules: group.rules.map((rule) => ({
          ...rule,
          expr: addMatcher(rule.expr, `namespace="${namespace}"`),
          // Aggregation drops the label, and alerts are routed by it.
          labels: { ...rule.labels, namespace },
        })),
      })),
    },
  } as never);
}
