/** The program on the platforms `eks` and `none`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { inspect } from '../policy/rules/index.ts';
import { toDeployedServices } from '../src/decide/features.ts';
import { ADD_ON_ACCOUNTS } from '../src/decide/manifest-inputs.ts';
import { capture, ROOT } from './support/capture.ts';
import { EKS_VALUES, NONE_VALUES } from './support/clusters.ts';
import { find, type Graph, ofType } from './support/graph.ts';
import { assertBuilt, PROD_VALUES } from './support/stacks.ts';

const graphs = {} as Record<'dev' | 'prod' | 'none' | 'ecs', Graph>;

beforeAll(async () => {
  assertBuilt();
  const [dev, prod, none, ecs] = await Promise.all([
    capture({ stack: 'dev', config: EKS_VALUES.dev }),
    capture({ stack: 'prod', config: EKS_VALUES.prod }),
    capture({ stack: 'prod', config: NONE_VALUES }),
    capture({ stack: 'prod', config: PROD_VALUES }),
  ]);
  Object.assign(graphs, { dev, prod, none, ecs });
}, 60_000);

/** The policy of a role, as data. */
function policyOf(graph: Graph, name: string): unknown {
  return JSON.parse(String(find(graph, 'iam/rolePolicy:RolePolicy', name).inputs.policy));
}

/** The trust policy of a pod's role, by statement. */
function trustOf(graph: Graph, name: string): Record<string, Record<string, unknown>> {
  const { inputs } = find(graph, 'iam/role:Role', `${name}-pod`);
  const { Statement } = JSON.parse(String(inputs.assumeRolePolicy));
  return Object.fromEntries(Statement.map((it: { Sid: string }) => [it.Sid, it]));
}

/** The permission of a collector of spans. */
const SEND_TRACES = {
  Sid: 'SendTraces',
  Effect: 'Allow',
  Action: ['xray:PutTraceSegments', 'xray:PutTelemetryRecords'],
  Resource: ['*'],
};

describe.each(['dev', 'prod', 'none'] as const)('a cluster stack (%s)', (name) => {
  it('registers without errors, breaks no rule, and runs nothing on ECS', () => {
    const graph = graphs[name];
    expect(graph.errors).toEqual([]);
    expect(inspect(graph.resources)).toEqual([]);
    expect(ofType(graph, 'ecs/service:Service')).toEqual([]);
    expect(ofType(graph, 'lb/loadBalancer:LoadBalancer')).toEqual([]);
  });

  // dev has no console.
  const services = toDeployedServices({ webhooks: true, operations: name !== 'dev' });

  it.each(services)('lets the pods of %s do what its ECS task may do, and no more', (service) => {
    const task = policyOf(graphs.ecs, `${service}-task`) as { Statement: { Sid: string }[] };
    // The collector's permission is not the service's: in a cluster Prometheus reads the metrics.
    const own = task.Statement.filter(({ Sid }) => Sid !== 'SendMetrics');
    // dev has a collector of spans in each pod.
    if (name === 'dev') own.push(SEND_TRACES as never);
    const text = JSON.stringify({ ...task, Statement: own });
    const expected = name === 'dev' ? text.replaceAll('order-pipeline-prod', 'order-pipeline-dev') : text;
    expect(policyOf(graphs[name], `${service}-pod`)).toEqual(JSON.parse(expected));
  });

  it('binds each role to one service account', () => {
    const namespace = name === 'dev' ? 'order-pipeline-dev' : 'order-pipeline-prod';
    const associations = ofType(graphs[name], 'eks/podIdentityAssociation:PodIdentityAssociation');
    const bound = associations.map(({ inputs }) => `${inputs.namespace}/${inputs.serviceAccount}`);
    const addOns = Object.values(ADD_ON_ACCOUNTS).map((it) => `${it.namespace}/${it.account}`);
    expect(bound.sort()).toEqual([...services.map((it) => `${namespace}/${it}`), ...addOns].sort());
    expect(trustOf(graphs[name], 'scoring').PodIdentity).toMatchObject({
      Principal: { Service: 'pods.eks.amazonaws.com' },
      Condition: {
        StringEquals: {
          'aws:RequestTag/kubernetes-namespace': namespace,
          'aws:RequestTag/kubernetes-service-account': 'scoring',
        },
      },
    });
  });

  it('says nothing secret in its outputs', () => {
    expect(graphs[name].secretOutputs).toEqual([]);
    expect(JSON.stringify(graphs[name].outputs)).not.toMatch(/a-password-of|cache-token-/);
  });
});

describe('EKS', () => {
  it('is a closed cluster in Auto Mode over three zones', () => {
    expect(find(graphs.prod, 'eks/cluster:Cluster', 'cluster')).toMatchObject({
      protect: true,
      inputs: {
        name: 'order-pipeline-prod',
        computeConfig: { enabled: true, nodePools: ['general-purpose', 'system'] },
        kubernetesNetworkConfig: { elasticLoadBalancing: { enabled: true } },
        storageConfig: { blockStorage: { enabled: true } },
        accessConfig: { authenticationMode: 'API' },
        encryptionConfig: { resources: ['secrets'] },
        vpcConfig: {
          subnetIds: ['subnet-private-1', 'subnet-private-2', 'subnet-private-3'],
          endpointPrivateAccess: true,
          endpointPublicAccess: false,
        },
        deletionProtection: true,
      },
    });
  });

  it('opens cache and endpoints to the cluster, each on one port', () => {
    const rules = ofType(graphs.prod, 'vpc/securityGroupIngressRule:SecurityGroupIngressRule');
    expect(
      rules.map(({ name, inputs }) => [name, inputs.fromPort, inputs.referencedSecurityGroupId]),
    ).toEqual([
      ['cluster-to-aws-endpoints-443', 443, 'cluster-group-id'],
      ['cluster-to-cache-6379', 6379, 'cluster-group-id'],
    ]);
  });

  it('reaches X-Ray without the Internet where pods have a collector, and not where the nodes have', async () => {
    const services = (graph: Graph) =>
      ofType(graph, 'ec2/vpcEndpoint:VpcEndpoint').map(({ inputs }) => String(inputs.serviceName));
    expect(services(graphs.dev)).toContain('com.amazonaws.eu-central-1.xray');
    const node = await capture({
      stack: 'dev',
      config: {
        ...EKS_VALUES.dev,
        'order-pipeline:tracesShare': undefined,
        'order-pipeline:tracesCollector': 'node',
      },
    });
    expect(node.errors).toEqual([]);
    expect(services(node)).not.toContain('com.amazonaws.eu-central-1.xray');
    expect(JSON.stringify(policyOf(node, 'scoring-pod'))).not.toContain('xray');
    expect(node.outputs.kubernetes).toMatchObject({ tracing: { collector: 'node' } });
    expect((node.outputs.kubernetes as { images: object }).images).not.toHaveProperty('metrics-collector');
  });

  it('serves ranges and admits people that were named', async () => {
    const graph = await capture({
      stack: 'prod',
      config: {
        ...EKS_VALUES.prod,
        'order-pipeline:eksEndpoint': 'public',
        'order-pipeline:eksPublicCidrs': '203.0.113.0/24',
        'order-pipeline:eksAdministrators': 'arn:aws:iam::123456789012:role/operators',
      },
    });
    expect(inspect(graph.resources)).toEqual([]);
    expect(find(graph, 'eks/cluster:Cluster', 'cluster').inputs.vpcConfig).toMatchObject({
      endpointPublicAccess: true,
      publicAccessCidrs: ['203.0.113.0/24'],
    });
    expect(find(graph, 'eks/accessEntry:AccessEntry', 'administrator-0').inputs.principalArn).toBe(
      'arn:aws:iam::123456789012:role/operators',
    );
  });

  it.each(['dev', 'prod'] as const)('outputs what k8s/settings/%s.json holds', (stack) => {
    const committed = JSON.parse(readFileSync(join(ROOT, `k8s/settings/${stack}.json`), 'utf8'));
    expect(graphs[stack].outputs.kubernetes).toEqual(committed);
  });
});

describe('a cluster that exists', () => {
  it('gets data, images and roles, and no network, cache or cluster', () => {
    const graph = graphs.none;
    for (const type of ['ec2:Vpc', 'eks/cluster:Cluster', 'elasticache/replicationGroup:ReplicationGroup']) {
      expect(ofType(graph, type)).toEqual([]);
    }
    expect(ofType(graph, 'ecr/repository:Repository').length).toBeGreaterThan(0);
    expect(ofType(graph, 'dynamodb/table:Table').length).toBe(
      ofType(graphs.ecs, 'dynamodb/table:Table').length,
    );
    const { inputs, secrets } = find(graph, 'secretsmanager/secretVersion:SecretVersion', 'redis-url');
    expect(inputs.secretString).toBe('rediss://:a-password-of-the-cache@cache.acme.shop:6379');
    expect(secrets).toContain('secretString');
  });

  it('takes on roles by Pod Identity, IRSA and Vault', () => {
    expect(trustOf(graphs.none, 'order-api')).toMatchObject({
      PodIdentity: {},
      Irsa: {
        Condition: {
          StringEquals: {
            'oidc.eks.eu-central-1.amazonaws.com/id/ABC:sub':
              'system:serviceaccount:order-pipeline-prod:order-api',
          },
        },
      },
      Vault: { Principal: { AWS: 'arn:aws:iam::123456789012:role/vault' } },
    });
    expect(graphs.none.outputs.kubernetes).toMatchObject({
      network: { privateCidrs: ['10.20.0.0/16'] },
    });
  });
});
