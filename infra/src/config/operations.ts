/** The settings of the operators' console, which runs behind HTTPS and a login alone. */
import { type Draft, type EnvReader, isValid, orUndefined } from '@order-pipeline/platform/env';
import { z } from 'zod';
import { OPERATIONS_KEYS, readSwitch } from './keys.ts';
import { readCertificate, readDomainName } from './network.ts';
import type { EntryConfig, OperationsConfig } from './types.ts';

const DOMAIN_REMEDY = 'set a host name of its own, such as operations.example.com';

/** Reads the console's settings; undefined where it is off. */
export function readOperations(
  reader: EnvReader,
  entry: EntryConfig,
  region: string | undefined,
): Draft<OperationsConfig> | undefined {
  if (!readSwitch(reader, 'operations', false)) {
    for (const key of OPERATIONS_KEYS)
      if (reader.isSet(key))
        reader.report(key, 'is set, but operations is off', 'set operations to on, or remove it');
    return undefined;
  }
  if (entry.scheme === 'http')
    reader.report(
      'operations',
      'is on, but operators log in over HTTPS only',
      'set domainName and hostedZoneId or certificateArn, or operations to off',
    );
  const certificateArn = readOwnCertificate(reader, entry, region);
  return {
    domainName: readOwnDomain(reader, entry),
    ...(certificateArn !== undefined && { certificateArn }),
    ...readLogin(reader),
    ...readOptional(reader),
    sessionGeneration: reader.integer('sessionSecretGeneration', 1, 1, 1_000_000),
  };
}

function readOwnDomain(reader: EnvReader, entry: EntryConfig) {
  if (!reader.isSet('operationsDomainName'))
    return reader.report('operationsDomainName', 'is not set', DOMAIN_REMEDY);
  const domainName = readDomainName(reader, 'operationsDomainName', DOMAIN_REMEDY) ?? '';
  if (entry.scheme === 'https' && domainName === entry.domainName)
    reader.report('operationsDomainName', 'is the domainName of the API', DOMAIN_REMEDY);
  return domainName;
}

/** The console has a certificate of the kind that the API has: a given one, or one that is made in the zone. */
function readOwnCertificate(reader: EnvReader, entry: EntryConfig, region: string | undefined) {
  const arn = readCertificate(reader, 'operationsCertificateArn', region);
  if (entry.scheme === 'http') return arn;
  if ('hostedZoneId' in entry && arn)
    reader.report('operationsCertificateArn', 'is set beside hostedZoneId', 'remove one of the two');
  if ('certificateArn' in entry && !reader.isSet('operationsCertificateArn'))
    reader.report(
      'operationsCertificateArn',
      'is not set, but certificateArn is',
      'set the ARN of a certificate for operationsDomainName; it may be the same one',
    );
  return arn;
}

function readLogin(reader: EnvReader) {
  return {
    issuer: reader.url('operationsIssuer', ['https:'], 'https://login.example.com'),
    clientId: reader.text(
      'operationsClientId',
      'set the id of the client that the issuer has for the console (docs/operations.md)',
    ),
    // The errors do not repeat the value, which is a secret.
    clientSecret: reader.read(
      'operationsClientSecret',
      z.string({ error: 'missing' }),
      'pulumi config set --secret operationsClientSecret',
    ),
  };
}

function readTraceUrl(reader: EnvReader): string | undefined {
  const schema = z.string().includes('{trace_id}', { error: 'without {trace_id}' }).optional();
  return orUndefined(
    reader.read('operationsTraceUrl', schema, 'set a URL with {trace_id} in the place of the id'),
  );
}

function readOptional(reader: EnvReader): Partial<OperationsConfig> {
  const keys = {
    audience: 'operationsAudience',
    rolesClaim: 'operationsRolesClaim',
    viewerRole: 'operationsViewerRole',
    operatorRole: 'operationsOperatorRole',
  } as const;
  const values = Object.entries(keys).flatMap(([name, key]) => {
    const value = reader.isSet(key) ? reader.text(key, 'set a text') : undefined;
    return value !== undefined && isValid(value) ? [[name, value]] : [];
  });
  const traceUrl = readTraceUrl(reader);
  return { ...Object.fromEntries(values), ...(traceUrl !== undefined && { traceUrl }) };
}
