/** The settings of the network and of its entry. */
import { type EnvReader, type Invalid, orUndefined, type Stage } from '@order-pipeline/platform/env';
import { z } from 'zod';
import { findCidrProblem } from '../decide/cidr.ts';
import { MAX_ZONES } from '../decide/subnets.ts';
import type { EntryConfig } from './types.ts';

/** Reads the VPC's range. */
export function readVpcCidr(reader: EnvReader): string | Invalid {
  const schema = z
    .string()
    .default('10.0.0.0/16')
    .superRefine((text, context) => {
      const message = findCidrProblem(text);
      if (message) context.addIssue({ code: 'custom', message });
    });
  const remedy = 'set a private range of /16 to /22, such as 10.0.0.0/16 (10/8, 172.16/12 or 192.168/16)';
  return reader.read('vpcCidr', schema, remedy);
}

/** Reads the number of zones. */
export function readZones(reader: EnvReader): number | Invalid {
  return reader.integer('zones', 2, 2, MAX_ZONES);
}

function readText(reader: EnvReader, key: string, pattern: RegExp, error: string, remedy: string) {
  return orUndefined(reader.read(key, z.string().regex(pattern, { error }).optional(), remedy));
}

/** Reads a host name; undefined where it is not set. */
export function readDomainName(reader: EnvReader, key: string, remedy: string): string | undefined {
  return readText(reader, key, /^([a-z0-9-]+\.)+[a-z]{2,}$/, 'not a domain name', remedy);
}

/** Reads the ARN of a certificate, and refuses one of another region; undefined where it is not set. */
export function readCertificate(
  reader: EnvReader,
  key: string,
  region: string | undefined,
): string | undefined {
  const arn = readText(
    reader,
    key,
    /^arn:aws[a-z-]*:acm:[^:]+:\d{12}:certificate\/.+$/,
    "not a certificate's ARN",
    "set the ARN of a certificate in the stack's region",
  );
  const itsRegion = arn?.split(':')[3];
  if (region && itsRegion && itsRegion !== region) {
    reader.report(
      key,
      `is a certificate of ${itsRegion}`,
      `request one in ${region}, where the load balancer is`,
    );
  }
  return arn;
}

/** Reads how the API is reached, and refuses a certificate that the load balancer cannot use. */
export function readEntry(
  reader: EnvReader,
  stage: Stage | Invalid,
  region: string | undefined,
): EntryConfig {
  const domainName = readDomainName(reader, 'domainName', 'set api.example.com');
  const hostedZoneId = readText(
    reader,
    'hostedZoneId',
    /^Z[A-Z0-9]+$/,
    "not a zone's id",
    'set the id of a Route 53 zone',
  );
  const certificateArn = readCertificate(reader, 'certificateArn', region);
  if (domainName && hostedZoneId && certificateArn) {
    reader.report('certificateArn', 'is set beside hostedZoneId', 'set only one of the two');
  }
  if (domainName && certificateArn) return { scheme: 'https', domainName, certificateArn };
  if (domainName && hostedZoneId) return { scheme: 'https', domainName, hostedZoneId };
  if (domainName) {
    reader.report('domainName', 'has no certificate', 'set hostedZoneId or certificateArn as well');
  } else if (hostedZoneId || certificateArn) {
    reader.report('domainName', 'is not set', 'set the name under which clients reach the API');
  } else if (stage !== 'dev') {
    reader.report(
      'domainName',
      'is not set, and plain HTTP is for dev only',
      'pulumi config set domainName api.example.com and hostedZoneId or certificateArn',
    );
  }
  return { scheme: 'http' };
}
