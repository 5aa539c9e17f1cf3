/** Derives all manifests of one environment and variant. */
import { toDeployedServices } from '../../infra/src/decide/features.ts';
import type { ServiceName } from '../../infra/src/decide/services.ts';
import { toAnalysis } from './delivery/canary.ts';
import { toIstioEntry } from './ingress/istio.ts';
import { toNginxEntry } from './ingress/nginx.ts';
import type { Files, Manifest } from './model/manifest.ts';
import { toNamespace } from './network/namespace.ts';
import { toNetworkPolicies } from './network/policies.ts';
import { toDashboards } from './observability/dashboards.ts';
import { toMonitors } from './observability/monitors.ts';
import { toRules } from './observability/rules.ts';
import { toExternalSecrets } from './secrets/external-secrets.ts';
import type { Context } from './settings/types.ts';
import { toAccount } from './workloads/account.ts';
import { toController } from './workloads/controller.ts';
import { toScaling } from './workloads/scaling.ts';
import { toServices } from './workloads/services.ts';

/** Texts from observability/. */
export interface ObservabilityTexts {
  readonly rules: string;
  /** Grafana's JSON by the name of its file. */
  readonly dashboards: Readonly<Record<string, string>>;
}

/** Returns the manifests of a context, by file. */
export function render(context: Context, texts: ObservabilityTexts): Files {
  return {
    'namespace.yaml': [toNamespace(context)],
    'network.yaml': toNetworkPolicies(context),
    ...(context.variant.secrets === 'external-secrets' && { 'secrets.yaml': toExternalSecrets(context) }),
    ...Object.fromEntries(
      toDeployedServices(context.inputs.features).map((service) => [
        `${service}.yaml`,
        toService(service, context),
      ]),
    ),
    'entry.yaml': context.variant.ingress === 'istio' ? toIstioEntry(context) : toNginxEntry(context),
    'monitoring.yaml': [...toMonitors(context), toRules(texts.rules, context)],
    'dashboards.yaml': toDashboards(texts.dashboards, context),
  };
}

function toService(service: ServiceName, context: Context): Manifest[] {
  return [
    toAccount(service, context),
    ...toServices(service, context),
    ...toAnalysis(service, context),
    toController(service, context),
    ...toScaling(service, context),
  ];
}
