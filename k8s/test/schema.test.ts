/** Unknown and malformed fields are found at any depth, and free fields are left alone. */

import { describe, expect, it } from '@jest/globals';
import { VirtualService } from '@kubernetes-models/istio/networking.istio.io/v1';
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1';
import { Deployment } from 'kubernetes-models/apps/v1';
import { ConfigMap } from 'kubernetes-models/v1';
import { findSchemaErrors } from '../src/check/schema.ts';

const deployment = (container: object, extra: object = {}) =>
  new Deployment({
    metadata: { name: 'x', labels: { any: 'label' } },
    spec: {
      selector: { matchLabels: { a: 'b' } },
      template: {
        metadata: { labels: { a: 'b' } },
        spec: { containers: [{ name: 'c', image: 'i', ...container }] },
      },
    },
    ...extra,
  } as never);

describe('findSchemaErrors', () => {
  it('accepts known fields and free keys of maps', () => {
    expect(findSchemaErrors(deployment({ resources: { limits: { 'example.com/gpu': '1' } } }))).toEqual([]);
    expect(findSchemaErrors(new ConfigMap({ metadata: { name: 'x' }, data: { any: 'key' } }))).toEqual([]);
  });

  it.each([
    [{ imagePullpolicy: 'Always' }, '/spec/template/spec/containers/0/imagePullpolicy is no field'],
    [
      { livenessProbe: { httpGet: { path: '/', port: 1, hosts: 'x' } } },
      '/spec/template/spec/containers/0/livenessProbe/httpGet/hosts is no field',
    ],
    [{ resources: { request: {} } }, '/spec/template/spec/containers/0/resources/request is no field'],
  ])('finds the unknown field of %j', (container, finding) => {
    expect(findSchemaErrors(deployment(container))).toEqual([finding]);
  });

  it('finds an unknown field at the top', () => {
    expect(findSchemaErrors(deployment({}, { specs: {} }))).toEqual(['/specs is no field']);
  });

  it('finds values of the wrong type', () => {
    const [error = ''] = findSchemaErrors(deployment({ ports: [{ containerPort: 'http' }] }));
    expect(error).toContain('containerPort must be integer');
  });

  it('knows custom resources as well', () => {
    const scaled = new ScaledObject({
      metadata: { name: 'x' },
      spec: {
        scaleTargetRef: { name: 'x' },
        triggers: [{ type: 'cpu', metadata: {} }],
        minReplicas: 1,
      } as never,
    });
    expect(findSchemaErrors(scaled)).toEqual(['/spec/minReplicas is no field']);
    const route = new VirtualService({
      metadata: { name: 'x' },
      spec: { hosts: ['x'], http: [{ route: [{ destination: { host: 'x', subsets: 'y' } }] }] } as never,
    });
    expect(findSchemaErrors(route)).toEqual(['/spec/http/0/route/0/destination/subsets is no field']);
  });
});
