/** Entry points: long polls and streams pass, clients are distinguished, and metrics stay inside. */
import { describe, expect, it } from '@jest/globals';
import { MAX_WAIT_SECONDS } from '../../services/order-api/src/orders/decide/prefer.js';
import { type Json, type KubernetesObject, ofKind, toObjects, workloadsOf } from '../src/check/objects.ts';
import { render } from '../src/render.ts';
import { CONTEXTS, TEXTS } from './support/contexts.ts';

const objectsOf = (part: string) =>
  CONTEXTS.filter(([name]) => name.includes(part)).map(
    ([name, context]) => [name, toObjects(Object.values(render(context, TEXTS)).flat()), context] as const,
  );

const named = (objects: readonly KubernetesObject[], kind: string, name: string) =>
  ofKind(objects, kind).find(({ metadata }) => metadata.name === name);

describe.each(objectsOf('/nginx-'))('ingress-nginx in %s', (_name, objects, { inputs }) => {
  it('lets long polls and event streams through as they come', () => {
    const annotations = named(objects, 'Ingress', 'order-api')?.metadata.annotations ?? {};
    const value = (key: string) => annotations[`nginx.ingress.kubernetes.io/${key}`];
    expect(value('proxy-buffering')).toBe('off');
    expect(Number(value('proxy-read-timeout'))).toBeGreaterThan(10 * MAX_WAIT_SECONDS);
    expect(value('force-ssl-redirect')).toBe('true');
    // A time-out is no reason to send an order twice.
    expect(value('proxy-next-upstream')).toBe('error');
  });

  it('serves the domain by TLS, and metrics to nobody', () => {
    const names: string[] = inputs.operations ? ['order-api', 'operations'] : ['order-api'];
    for (const { metadata, spec } of ofKind(objects, 'Ingress')) {
      const console = metadata.name.startsWith('operations');
      const host = console ? inputs.operations?.domainName : inputs.domainName;
      expect(spec.tls).toEqual([{ hosts: [host], secretName: console ? 'operations-tls' : 'order-api-tls' }]);
      expect(spec.rules.map((rule: Json) => rule.host)).toEqual([host]);
    }
    for (const name of names) {
      const closed = named(objects, 'Ingress', `${name}-metrics-closed`);
      expect(closed?.spec.rules[0].http.paths[0].path).toBe('/metrics');
      expect(closed?.metadata.annotations?.['nginx.ingress.kubernetes.io/whitelist-source-range']).toBe(
        '127.0.0.1/32',
      );
    }
    expect(ofKind(objects, 'Certificate').map(({ metadata }) => metadata.name)).toEqual(names);
  });

  it('leads events of Stripe, and nothing else, to scoring where it is the payment provider', () => {
    const paths = named(objects, 'Ingress', 'scoring-events')?.spec.rules[0].http.paths ?? [];
    expect(paths.map(({ path, pathType }: Json) => [path, pathType])).toEqual(
      inputs.features.paymentGateway === 'stripe' ? [['/webhooks/stripe', 'Exact']] : [],
    );
  });

  it('shows gRPC clients the address of each pod of scoring', () => {
    expect(named(objects, 'Service', 'scoring')?.spec.clusterIP).toBe('None');
  });
});

describe.each(objectsOf('/istio-'))('Istio in %s', (_name, objects, { inputs, cluster }) => {
  it('has no limit for long polls and event streams, and repeats only what never arrived', () => {
    const http = named(objects, 'VirtualService', 'order-api')?.spec.http ?? [];
    const [closed, primary] = [http[0], http.at(-1)];
    expect(closed).toMatchObject({
      match: [{ uri: { prefix: '/metrics' } }],
      directResponse: { status: 404 },
    });
    // None is unlimited; the API server refuses a timeout of zero.
    expect(primary.timeout).toBeUndefined();
    expect(primary).toMatchObject({
      retries: { retryOn: 'connect-failure,refused-stream' },
    });
  });

  it('leads events of Stripe, and nothing else, to scoring where it is the payment provider', () => {
    const http: Json[] = named(objects, 'VirtualService', 'order-api')?.spec.http ?? [];
    const events = http.filter(({ name }) => name === 'stripe-events');
    expect(events.flatMap(({ match }) => match)).toEqual(
      inputs.features.paymentGateway === 'stripe'
        ? [{ uri: { exact: '/webhooks/stripe' }, method: { exact: 'POST' } }]
        : [],
    );
  });

  it('serves the domain by TLS with a certificate in the namespace of the gateway', () => {
    const [https, http] = named(objects, 'Gateway', 'order-api')?.spec.servers ?? [];
    expect(https).toMatchObject({
      port: { number: 443 },
      hosts: [inputs.domainName],
      tls: { mode: 'SIMPLE' },
    });
    expect(http.tls).toEqual({ httpsRedirect: true });
    const [certificate] = ofKind(objects, 'Certificate');
    expect(certificate?.metadata.namespace).toBe(cluster.ingress.istio.namespace);
    expect(certificate?.spec.secretName).toBe(https.tls.credentialName);
    const console = named(objects, 'Gateway', 'operations')?.spec.servers.flatMap((it: Json) => it.hosts);
    expect(console).toEqual(
      inputs.operations && [inputs.operations.domainName, inputs.operations.domainName],
    );
    const route = named(objects, 'VirtualService', 'operations')?.spec.http.at(-1).route;
    expect(route).toEqual(
      inputs.operations && [{ destination: { host: 'operations', port: { number: 8090 } }, weight: 100 }],
    );
  });

  it('encrypts and authenticates every call inside, and admits the callers of the flows alone', () => {
    expect(ofKind(objects, 'PeerAuthentication').map(({ spec }) => spec)).toEqual([
      { mtls: { mode: 'STRICT' } },
    ]);
    const callers = Object.fromEntries(
      ofKind(objects, 'AuthorizationPolicy').map(({ metadata, spec }) => [
        metadata.name,
        (spec.rules ?? []).flatMap((rule: Json) => [
          rule.from[0].source.principals[0].split('/').at(-1),
          rule.to[0].operation.ports[0],
        ]),
      ]),
    );
    const console = (...ports: string[]) =>
      inputs.operations ? ports.flatMap((port) => ['operations', port]) : [];
    expect(callers).toEqual({
      'order-api': ['istio-ingress', '8000', ...console('8000')],
      'order-processor': console('9090'),
      scoring: [
        ...['order-processor', '50051'],
        ...(inputs.features.paymentGateway === 'stripe' ? ['istio-ingress', '8081'] : []),
        ...console('50051', '8081'),
      ],
      webhooks: console('9091'),
      ...(inputs.operations && { operations: ['istio-ingress', '8090'] }),
    });
  });

  it('leaves the balancing of gRPC calls to the proxies', () => {
    expect(named(objects, 'Service', 'scoring')?.spec.clusterIP).toBeUndefined();
    expect(named(objects, 'VirtualService', 'scoring')?.spec.http[0]).toMatchObject({
      retries: { attempts: 0 },
    });
  });
});

describe.each(objectsOf(''))('order-api in %s', (_name, objects) => {
  it('believes one proxy', () => {
    const api = workloadsOf(objects).find(({ metadata }) => metadata.name === 'order-api');
    expect(api?.spec.template.spec.containers[0].env).toContainEqual({
      name: 'TRUST_PROXY_HOPS',
      value: '1',
    });
  });
});
