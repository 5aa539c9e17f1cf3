/** Settings of the platform that do not fit are refused with a remedy. */
import { describe, expect, it } from '@jest/globals';
import { loadConfig } from '../src/config/load.ts';
import { readStackConfig } from './support/capture.ts';
import { EKS_VALUES, NONE_VALUES } from './support/clusters.ts';

const strip = (settings: Readonly<Record<string, string | undefined>>) =>
  Object.fromEntries(
    Object.entries(settings).map(([key, value]) => [key.replace('order-pipeline:', ''), value]),
  );

const own = Object.fromEntries(
  Object.entries(readStackConfig('prod')).filter(([key]) => key.startsWith('order-pipeline:')),
);

const load = (base: Readonly<Record<string, string>>, change: Readonly<Record<string, string | undefined>>) =>
  loadConfig({ ...strip({ ...own, ...base }), ...change }, 'eu-central-1', 'prod');

describe('platform', () => {
  it('is ECS by default', () => {
    expect(load(EKS_VALUES.prod, { platform: undefined }).platform).toEqual({ kind: 'ecs' });
  });

  it('reads a cluster of the stack, and one that exists', () => {
    expect(load(EKS_VALUES.prod, { vaultRoleArn: 'arn:aws:iam::123456789012:role/vault' }).platform).toEqual({
      kind: 'eks',
      version: '1.34',
      endpoint: 'private',
      publicCidrs: [],
      administrators: [],
      vaultRoleArn: 'arn:aws:iam::123456789012:role/vault',
    });
    expect(load(NONE_VALUES, { oidcProviderArn: undefined, vaultRoleArn: undefined }).platform).toEqual({
      kind: 'none',
      clusterName: 'shop',
      clusterCidrs: ['10.20.0.0/16'],
      redisUrl: 'rediss://:a-password-of-the-cache@cache.acme.shop:6379',
    });
  });

  it.each([
    [{ platform: 'k3s' }, 'platform is not one of the known values: set it to ecs, eks, none'],
    [{ platform: 'ecs', eksVersion: '1.34' }, 'eksVersion is set, but platform is ecs: remove it'],
    [
      { redisUrl: 'rediss://cache' },
      'redisUrl is set, but platform is eks: remove it, or set platform to none',
    ],
    [{ eksVersion: '1.29' }, 'eksVersion is not a version from 1.33 on: set a version that EKS offers'],
    [{ zones: '2' }, 'zones is 2 for an EKS cluster: set at least 3'],
    [{ natGateways: 'none' }, 'natGateways is none, but nodes pull the images of add-ons from the Internet'],
    [{ eksEndpoint: 'public' }, 'eksPublicCidrs is not set, but eksEndpoint is public'],
    [{ eksPublicCidrs: '203.0.113.0/24' }, 'eksPublicCidrs is set, but eksEndpoint is private'],
    [{ eksEndpoint: 'public', eksPublicCidrs: '0.0.0.0/0' }, 'eksPublicCidrs is open to everybody'],
    [{ eksAdministrators: 'ops' }, 'eksAdministrators is not a list of ARNs'],
    [{ vaultRoleArn: 'vault' }, 'vaultRoleArn is not an ARN'],
    [
      { hostedZoneId: undefined, certificateArn: 'arn:aws:acm:eu-central-1:123456789012:certificate/abc' },
      'hostedZoneId is not set, and cert-manager proves there that it owns domainName',
    ],
  ] as const)('refuses %j on EKS', (change, problem) => {
    expect(() => load(EKS_VALUES.prod, change)).toThrow(problem);
  });

  it.each([
    [
      { clusterName: undefined, oidcProviderArn: undefined, vaultRoleArn: undefined },
      'nobody could take on the roles',
    ],
    [{ clusterName: '-x' }, 'clusterName is not the name of an EKS cluster'],
    [{ clusterCidrs: undefined }, 'clusterCidrs is not set'],
    [{ clusterCidrs: 'all' }, 'clusterCidrs is not a list of ranges'],
    [{ redisUrl: undefined }, 'redisUrl is not set'],
    [{ redisUrl: 'https://cache' }, 'redisUrl is not a URL with redis: or rediss:'],
  ] as const)('refuses %j on a cluster that exists', (change, problem) => {
    expect(() => load(NONE_VALUES, change)).toThrow(problem);
  });
});
