/** Notifications of Argo CD: a failed sync, a degraded application, and a deployment that arrived. */
import { ConfigMap } from 'kubernetes-models/v1';
import { stringify } from 'yaml';
import type { Manifest } from '../model/manifest.ts';
import { ARGO_CD_NAMESPACE } from './names.ts';

/** One message, and when it is sent. */
interface Notification {
  readonly name: string;
  readonly when: string;
  readonly message: string;
  /** Sent once for each value of this expression; every time without it. */
  readonly oncePer?: string;
}

const NOTIFICATIONS: readonly Notification[] = [
  {
    name: 'order-pipeline-sync-failed',
    when: "app.status?.operationState.phase in ['Error', 'Failed']",
    message: '{{.app.metadata.name}}: sync failed. {{.app.status.operationState.message}}',
  },
  {
    name: 'order-pipeline-degraded',
    when: "app.status.health.status == 'Degraded'",
    message: '{{.app.metadata.name}} is degraded: a version was taken back, or pods do not start',
  },
  {
    name: 'order-pipeline-deployed',
    when: "app.status?.operationState.phase in ['Succeeded'] and app.status.health.status == 'Healthy'",
    oncePer: 'app.status?.operationState?.syncResult?.revision',
    message: '{{.app.metadata.name}} runs {{.app.status.sync.revision}}',
  },
];

/** Channel of the messages. */
const CHANNEL = 'order-pipeline';

/** Annotations that subscribe an application to the notifications. */
export const SUBSCRIPTIONS: Record<string, string> = Object.fromEntries(
  NOTIFICATIONS.map(({ name }) => [`notifications.argoproj.io/subscribe.${name}.slack`, CHANNEL]),
);

/** Returns the triggers and templates. Argo CD reads one ConfigMap of this name: merge it where there is one already. */
export function toNotifications(): Manifest {
  return new ConfigMap({
    metadata: {
      name: 'argocd-notifications-cm',
      namespace: ARGO_CD_NAMESPACE,
      labels: { 'app.kubernetes.io/part-of': 'argocd' },
    },
    data: Object.fromEntries([
      // The token is a key of the Secret argocd-notifications-secret.
      ['service.slack', stringify({ token: '$slack-token' })],
      ...NOTIFICATIONS.flatMap(({ name, when, oncePer, message }) => [
        [`template.${name}`, stringify({ message })],
        [`trigger.${name}`, stringify([{ when, ...(oncePer && { oncePer }), send: [name] }])],
      ]),
    ]),
  });
}
