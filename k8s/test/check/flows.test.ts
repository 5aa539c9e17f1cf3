/** Policies that allow less or more than pods need, by rendered manifests with one change each. */
import { expect, it } from '@jest/globals';
import { checkFlows } from '../../src/check/flows.ts';
import { type Json, type KubernetesObject, toObjects } from '../../src/check/objects.ts';
import { render } from '../../src/render.ts';
import { CONTEXTS, TEXTS } from '../support/contexts.ts';

const NGINX = 'prod/nginx-external-secrets';

/** Returns the findings after a change of the objects of a context. */
function findingsOf(name: string, change: (find: (kind: string, name: string) => Json) => void): string[] {
  const context = CONTEXTS.find(([it]) => it === name)?.[1];
  if (!context) throw new Error(`No context named ${name}`);
  const objects: KubernetesObject[] = toObjects(Object.values(render(context, TEXTS)).flat());
  const find = (kind: string, it: string) =>
    objects.find((object) => object.kind === kind && object.metadata.name === it) ?? objects;
  change(find);
  return checkFlows(objects, context);
}

const workload = (find: (kind: string, name: string) => Json, name: string) =>
  find('Rollout', name).spec.template;

it.each<[string, string, (find: (kind: string, name: string) => Json) => void, string[]]>([
  ['nothing changed', NGINX, () => undefined, []],
  [
    'no variables',
    NGINX,
    (find) => {
      for (const container of workload(find, 'scoring').spec.containers) delete container.env;
    },
    [
      'NetworkPolicy scoring: allows egress on 443 that nobody uses',
      'NetworkPolicy scoring: allows egress on 443 that nobody uses',
      'NetworkPolicy scoring: allows egress on 6379 that nobody uses',
    ],
  ],
  [
    'no call of another service',
    NGINX,
    (find) => {
      const [container] = workload(find, 'order-processor').spec.containers;
      container.env = container.env.filter(({ value }: Json) => !value?.startsWith('http://scoring'));
    },
    [
      'NetworkPolicy order-processor: allows egress on 50051 that nobody uses',
      'NetworkPolicy scoring: allows ingress on 50051 that nobody uses',
    ],
  ],
  [
    'a new call',
    NGINX,
    (find) => {
      workload(find, 'order-api').spec.containers[0].env.push({ name: 'X', value: 'http://scoring:50051' });
    },
    [
      'NetworkPolicy order-api: does not allow scoring on 50051',
      'NetworkPolicy scoring: does not allow order-api on 50051',
    ],
  ],
  [
    'no Redis',
    NGINX,
    (find) => {
      const [container] = workload(find, 'order-api').spec.containers;
      container.env = container.env.filter(({ name }: Json) => !name.startsWith('REDIS_URL'));
    },
    ['NetworkPolicy order-api: allows egress on 6379 that nobody uses'],
  ],
])('%s', (_, name, change, findings) => {
  expect(findingsOf(name, change).sort()).toEqual(findings.sort());
});

it('an open namespace is found', () => {
  const [, context] = CONTEXTS[0] ?? [];
  expect(context && checkFlows([], context)).toEqual(['NetworkPolicy: none closes the namespace']);
});
