/** Flows of pods: those of the network without ECS's agent, and those to the cluster's own parts. */
import { describe, expect, it } from '@jest/globals';
import { isMember, toFlows } from '../src/decide/flows.ts';
import { type PodFlowOptions, toMetricsPort, toPodFlows } from '../src/decide/pod-flows.ts';
import { PORTS, SERVICE_NAMES } from '../src/decide/services.ts';
import { BARE, FULL } from './support/features.ts';

const BASE: PodFlowOptions = {
  https: true,
  oidc: false,
  features: FULL,
  mesh: false,
  vault: false,
  identity: 'pod-identity',
};

const keys = (options: Partial<PodFlowOptions>) =>
  toPodFlows({ ...BASE, ...options }).map(({ from, to, port }) => `${from} -> ${to}:${port}`);

describe('flows of pods', () => {
  it('are those of the network, but for images, logs and secrets, which pass through the node', () => {
    const pods = keys({ oidc: true });
    const missing = toFlows({ https: true, oidc: true, features: FULL })
      .filter(({ from, to }) => [from, to].some((it) => (SERVICE_NAMES as string[]).includes(it)))
      .map(({ from, to, port }) => `${from} -> ${to}:${port}`)
      .filter((flow) => !pods.includes(flow));
    expect(missing).toEqual([
      'order-api -> s3:443',
      'order-processor -> s3:443',
      'scoring -> aws-endpoints:443',
      'scoring -> s3:443',
      'webhooks -> s3:443',
      'operations -> s3:443',
    ]);
  });

  it('have no member that is not a pod on both ends', () => {
    for (const { from, to } of toPodFlows(BASE)) {
      const pods = [from, to].filter((peer) => (SERVICE_NAMES as string[]).includes(peer));
      expect(pods.length).toBeGreaterThan(0);
      expect(from === 'internet' && isMember(to as never)).toBe(false);
    }
  });

  it.each(SERVICE_NAMES)('lead to names, credentials and from Prometheus for %s', (service) => {
    const added = keys({}).filter((flow) => flow.includes(service));
    expect(added).toEqual(
      expect.arrayContaining([
        `${service} -> cluster-dns:53`,
        `${service} -> pod-identity-agent:80`,
        `prometheus -> ${service}:${PORTS[service].ops}`,
      ]),
    );
  });

  it('have none of a service that does not run', () => {
    expect(keys({ features: BARE }).filter((flow) => flow.includes('webhooks'))).toEqual([]);
    expect(keys({}).filter((flow) => flow.startsWith('webhooks -> internet'))).toEqual([
      'webhooks -> internet:443',
    ]);
  });

  it('ask STS through its endpoint with IRSA, and Vault for everything where it issues credentials', () => {
    expect(keys({ identity: 'irsa' })).toContain('scoring -> aws-endpoints:443');
    expect(keys({ identity: 'irsa' })).not.toContain('scoring -> pod-identity-agent:80');
    const vault = keys({ identity: 'vault', vault: true });
    expect(vault).toContain('scoring -> vault:8200');
    expect(vault).not.toContain('scoring -> pod-identity-agent:80');
    expect(vault).not.toContain('scoring -> aws-endpoints:443');
  });

  it('lead spans to X-Ray from the pod itself, with credentials of the cluster', () => {
    const collector = { place: 'sidecar', identity: 'pod-identity' } as const;
    const flows = keys({ identity: 'vault', vault: true, collector });
    expect(flows).toEqual(
      expect.arrayContaining(['scoring -> aws-endpoints:443', 'scoring -> pod-identity-agent:80']),
    );
    expect(flows).toHaveLength(new Set(flows).size + flows.filter((flow) => /dns/.test(flow)).length / 2);
    expect(keys({ identity: 'vault', vault: true })).not.toContain('scoring -> aws-endpoints:443');
    const irsa = keys({ identity: 'irsa', collector: { place: 'sidecar', identity: 'irsa' } });
    expect(irsa).not.toContain('scoring -> pod-identity-agent:80');
  });

  it('lead spans to the collector of the node, and nowhere else, where the cluster has its own', () => {
    const flows = keys({ collector: { place: 'node', identity: 'pod-identity' } });
    expect(flows).toContain('scoring -> collector:4318');
    expect(flows).not.toContain('scoring -> aws-endpoints:443');
  });

  it('reach the control plane of a mesh, whose proxies have the metrics', () => {
    expect(keys({ mesh: true })).toEqual(
      expect.arrayContaining(['scoring -> mesh-control:15012', 'prometheus -> scoring:15020']),
    );
    expect(toMetricsPort('scoring', true)).toBe(15_020);
    expect(toMetricsPort('scoring', false)).toBe(8_081);
  });
});
