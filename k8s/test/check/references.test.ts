/** References between hand-made objects: each leads somewhere, or is named. */
import { expect, it } from '@jest/globals';
import type { Json, KubernetesObject } from '../../src/check/objects.ts';
import { checkInnerReferences, checkReferences } from '../../src/check/references.ts';
import { toDeployment, toObject } from '../support/objects.ts';

const account = toObject('ServiceAccount', 'api');
const api = (pod: Json) => toDeployment('api', { serviceAccountName: 'api', ...pod });
const variable = (it: Json) => api({ containers: [{}, { env: [{ name: 'X', ...it }] }] });
const paths = (port: Json) => ({ http: { paths: [{ backend: { service: { name: 'api', port } } }] } });
const canary = (strategy: Json) =>
  toObject('Rollout', 'api', {
    template: { metadata: {}, spec: { serviceAccountName: 'api', containers: [] } },
    strategy: { canary: { steps: [], ...strategy } },
  });

const NOWHERE: readonly (readonly [string, KubernetesObject, string])[] = [
  ['a volume of a ConfigMap', api({ volumes: [{}, { configMap: { name: 'c' } }] }), 'ConfigMap c'],
  ['a volume of a Secret', api({ volumes: [{ secret: { secretName: 's' } }] }), 'Secret s'],
  ['a variable from a Secret', variable({ valueFrom: { secretKeyRef: { name: 's' } } }), 'Secret s'],
  ['a variable from a ConfigMap', variable({ valueFrom: { configMapKeyRef: { name: 'c' } } }), 'ConfigMap c'],
  ['a URL of a service', variable({ value: 'http://scoring:50051' }), 'port 50051 of Service scoring'],
  [
    'a port by number',
    toObject('Ingress', 'in', { tls: [], rules: [paths({ number: 80 })] }),
    'port 80 of Service api',
  ],
  [
    'a port by name',
    toObject('Ingress', 'in', { tls: [], rules: [paths({ name: 'http' })] }),
    'port http of Service api',
  ],
  ['a certificate', toObject('Ingress', 'in', { tls: [{ secretName: 's' }], rules: [] }), 'Secret s'],
  [
    'an autoscaler',
    toObject('HorizontalPodAutoscaler', 'h', { scaleTargetRef: { kind: 'Rollout', name: 'r' } }),
    'Rollout r',
  ],
  [
    'an issuer',
    toObject('Certificate', 'c', { issuerRef: { kind: 'ClusterIssuer', name: 'i' } }),
    'ClusterIssuer i',
  ],
  [
    'a gateway with a certificate',
    toObject('Gateway', 'g', { servers: [{}, { tls: { credentialName: 's' } }] }),
    'Secret s',
  ],
  ['a gateway of a route', toObject('VirtualService', 'v', { gateways: ['g'], http: [{}] }), 'Gateway g'],
  [
    'a route',
    toObject('VirtualService', 'v', { http: [{ route: [{ destination: { host: 'h' } }] }] }),
    'Service h',
  ],
  ['a stable service', canary({ stableService: 's' }), 'Service s'],
  [
    'a virtual service',
    canary({ trafficRouting: { istio: { virtualService: { name: 'v' } } } }),
    'VirtualService v',
  ],
  [
    'a destination rule',
    canary({ trafficRouting: { istio: { destinationRule: { name: 'd' } } } }),
    'DestinationRule d',
  ],
  ['an ingress of a canary', canary({ trafficRouting: { nginx: { stableIngress: 'i' } } }), 'Ingress i'],
  [
    'an analysis',
    canary({ steps: [{}, { analysis: { templates: [{ templateName: 'a' }] } }] }),
    'AnalysisTemplate a',
  ],
];

it.each(NOWHERE)('%s that leads nowhere is found', (_, object, missing) => {
  expect(checkReferences([account, object])).toEqual([
    `${object.kind} ${object.metadata.name}: names ${missing}, which there is not`,
  ]);
});

const SERVICE = toObject('Service', 'scoring', { ports: [{ name: 'grpc', port: 50_051 }] });
const written = [
  toObject('ExternalSecret', 'e', {
    secretStoreRef: { kind: 'SecretStore', name: 'aws' },
    target: { name: 's' },
    data: [],
  }),
  toObject('SecretStore', 'aws'),
];

it.each<[string, KubernetesObject[]]>([
  ['a URL of a service', [variable({ value: 'http://scoring:50051' }), SERVICE]],
  ['a URL of another host', [variable({ value: 'https://api.example.com:443' })]],
  ['a variable without a value', [variable({})]],
  [
    'a secret that External Secrets writes',
    [api({ volumes: [{ secret: { secretName: 's' } }] }), ...written],
  ],
  ['a kind without references', [toObject('ConfigMap', 'c')]],
])('%s is no finding', (_, objects) => {
  expect(checkReferences([account, ...objects])).toEqual([]);
});

const istio = { virtualService: { name: 'v', routes: ['main'] } };
const file = { containers: [{}, { env: [{ name: 'JWT_SECRET_FILE', value: '/secrets/jwt' }] }] };
const agent = { annotations: { 'vault.hashicorp.com/agent-inject-file-jwt': 'jwt' } };

it.each<[string, KubernetesObject[], string[]]>([
  [
    'a subset that no rule has',
    [
      toObject('VirtualService', 'v', {
        http: [{ name: 'main', route: [{ destination: { host: 'h', subset: 'b' } }] }],
      }),
      toObject('DestinationRule', 'd', { host: 'h', subsets: [{ name: 'a' }] }),
    ],
    ['VirtualService v: names the subset b of h, which there is not'],
  ],
  [
    'a route of a service that is missing',
    [canary({ trafficRouting: { istio } })],
    ['Rollout api: names the route main, which there is not'],
  ],
  [
    'a route that is there',
    [canary({ trafficRouting: { istio } }), toObject('VirtualService', 'v', { http: [{ name: 'main' }] })],
    [],
  ],
  ['a canary without a mesh', [canary({})], []],
  [
    'a secret file',
    [toDeployment('api', file)],
    ['Deployment api: has JWT_SECRET_FILE at /secrets/jwt, which nobody writes'],
  ],
  ["a secret file of Vault's agent", [toDeployment('api', file, {}, agent)], []],
])('inside of objects: %s', (_, objects, findings) => {
  expect(checkInnerReferences(objects)).toEqual(findings);
});
