/** The settings of the operators' console, and every way to get them wrong. */
import { describe, expect, it } from '@jest/globals';
import { ConfigError } from '@order-pipeline/platform/env';
import { loadConfig } from '../src/config/load.ts';

const REGION = 'eu-central-1';
const CERTIFICATE = 'arn:aws:acm:eu-central-1:123456789012:certificate/abc';

/** dev with HTTPS, and the console. */
const ON = {
  stage: 'dev',
  domainName: 'orders.acme.shop',
  hostedZoneId: 'Z1',
  natGateways: 'single',
  operations: 'on',
  operationsDomainName: 'operations.acme.shop',
  operationsIssuer: 'https://login.acme.shop',
  operationsClientId: 'console',
  operationsClientSecret: 'a-secret',
};

/** prod with the console. */
const PROD = { ...ON, stage: 'prod', natGateways: 'perZone', paymentGateway: 'simulated' };

function problemsOf(settings: Record<string, string>): string[] {
  try {
    loadConfig(settings, REGION);
  } catch (error) {
    if (error instanceof ConfigError)
      return error.problems.map(({ variable, problem, remedy }) => `${variable} ${problem}: ${remedy}`);
    throw error;
  }
  return [];
}

describe('the console', () => {
  it('is off by default', () => {
    expect(loadConfig({ stage: 'dev' }, REGION).compute).not.toHaveProperty('operations');
    expect(problemsOf({ ...PROD, ...Object.fromEntries(Object.keys(ON).flatMap(toUnset)) })).toEqual([]);
  });

  it('is on with an issuer and HTTPS, and keeps the defaults of the service', () => {
    expect(loadConfig(ON, REGION).compute?.operations).toEqual({
      domainName: 'operations.acme.shop',
      issuer: 'https://login.acme.shop',
      clientId: 'console',
      clientSecret: 'a-secret',
      sessionGeneration: 1,
    });
    expect(problemsOf(PROD)).toEqual([]);
  });

  it('takes roles, an audience, a certificate and a link to traces', () => {
    const { hostedZoneId: _zone, ...rest } = ON;
    const settings = {
      ...rest,
      certificateArn: CERTIFICATE,
      operationsCertificateArn: CERTIFICATE,
      operationsAudience: 'api',
      operationsRolesClaim: 'groups',
      operationsViewerRole: 'support',
      operationsOperatorRole: 'on-call',
      operationsTraceUrl: 'https://traces.acme.shop/{trace_id}',
      sessionSecretGeneration: '2',
    };
    expect(loadConfig(settings, REGION).compute?.operations).toMatchObject({
      certificateArn: CERTIFICATE,
      audience: 'api',
      rolesClaim: 'groups',
      viewerRole: 'support',
      operatorRole: 'on-call',
      traceUrl: 'https://traces.acme.shop/{trace_id}',
      sessionGeneration: 2,
    });
  });

  const without = (...keys: (keyof typeof ON)[]) =>
    Object.fromEntries(Object.entries(ON).filter(([key]) => !keys.includes(key as never)));

  it.each([
    [
      without('domainName', 'hostedZoneId'),
      'operations is on, but operators log in over HTTPS only: set domainName and hostedZoneId or certificateArn, or operations to off',
    ],
    [without('operationsIssuer'), 'operationsIssuer is not set: set a URL such as https://login.example.com'],
    [
      { ...ON, operationsIssuer: 'http://login.acme.shop' },
      'operationsIssuer is not a URL with https:: set a URL such as https://login.example.com',
    ],
    [
      without('operationsClientId'),
      'operationsClientId is not set: set the id of the client that the issuer has for the console (docs/operations.md)',
    ],
    [
      without('operationsClientSecret'),
      'operationsClientSecret is not set: pulumi config set --secret operationsClientSecret',
    ],
    [
      without('operationsDomainName'),
      'operationsDomainName is not set: set a host name of its own, such as operations.example.com',
    ],
    [
      { ...ON, operationsDomainName: 'orders.acme.shop' },
      'operationsDomainName is the domainName of the API: set a host name of its own, such as operations.example.com',
    ],
    [
      { ...ON, operationsDomainName: 'https://operations' },
      'operationsDomainName is not a domain name: set a host name of its own, such as operations.example.com',
    ],
    [
      { ...ON, natGateways: 'none' },
      'natGateways is none, but the console of operators calls the OpenID issuer: set it to single or perZone, or operations to off',
    ],
    [
      { ...ON, operationsCertificateArn: CERTIFICATE },
      'operationsCertificateArn is set beside hostedZoneId: remove one of the two',
    ],
    [
      { ...without('hostedZoneId'), certificateArn: CERTIFICATE },
      'operationsCertificateArn is not set, but certificateArn is: set the ARN of a certificate for operationsDomainName; it may be the same one',
    ],
    [
      { ...ON, operationsTraceUrl: 'https://traces.acme.shop' },
      'operationsTraceUrl is without {trace_id}: set a URL with {trace_id} in the place of the id',
    ],
    [
      { ...PROD, operationsDomainName: 'operations.example.com' },
      'operationsDomainName is the example operations.example.com: set a domain of your own',
    ],
    [
      { ...PROD, operationsIssuer: 'https://login.example.com/realms/staff' },
      'operationsIssuer is the example https://login.example.com/realms/staff: set the issuer of your operators',
    ],
    [
      { stage: 'dev', operationsIssuer: 'https://login.acme.shop' },
      'operationsIssuer is set, but operations is off: set operations to on, or remove it',
    ],
    [
      { stage: 'dev', operationsMinTasks: '2' },
      'operationsMinTasks is not a setting: see the table in docs/deploy.md',
    ],
  ])('is refused: %j', (settings, problem) => {
    expect(problemsOf(settings as Record<string, string>)).toEqual([problem]);
  });

  it('never repeats the secret of the client', () => {
    expect(JSON.stringify(problemsOf({ ...ON, natGateways: 'none' }))).not.toContain('a-secret');
  });
});

function toUnset(key: string): [string, string][] {
  return /^operations/.test(key) ? [[key, '']] : [];
}
