/** Everything that keeps or carries data is encrypted. */
import { createRule, demand, type Inspected, listOf } from './rule.ts';

interface Statement {
  readonly Effect?: string;
  readonly Condition?: { readonly Bool?: Readonly<Record<string, unknown>> };
}

function deniesPlainText({ inputs }: Inspected): string[] {
  const { Statement } = JSON.parse(String(inputs.policy)) as { Statement: Statement | Statement[] };
  const denies = (listOf(Statement) as Statement[]).some(
    ({ Effect, Condition }) => Effect === 'Deny' && Condition?.Bool?.['aws:SecureTransport'] === 'false',
  );
  return demand(denies, 'lets clients in without TLS: deny aws:SecureTransport false');
}

/** Encryption at rest. */
export const encryptedAtRest = createRule(
  'encrypted-at-rest',
  'Queues, tables, caches, topics and registries are encrypted.',
  {
    'aws:sqs/queue:Queue': ({ inputs }) =>
      demand(inputs.sqsManagedSseEnabled === true || inputs.kmsMasterKeyId, 'set sqsManagedSseEnabled'),
    'aws:dynamodb/table:Table': ({ inputs }) => {
      const encryption = inputs.serverSideEncryption as { enabled?: boolean } | undefined;
      return demand(encryption?.enabled === true, 'set serverSideEncryption.enabled');
    },
    'aws:elasticache/replicationGroup:ReplicationGroup': ({ inputs }) =>
      demand(inputs.atRestEncryptionEnabled === true, 'set atRestEncryptionEnabled'),
    'aws:sns/topic:Topic': ({ inputs }) => demand(inputs.kmsMasterKeyId, 'set kmsMasterKeyId'),
    'aws:ecr/repository:Repository': ({ inputs }) =>
      demand(listOf(inputs.encryptionConfigurations).length > 0, 'set encryptionConfigurations'),
    'aws:kms/key:Key': ({ inputs }) => demand(inputs.enableKeyRotation === true, 'set enableKeyRotation'),
  },
);

/** Policies of the load balancer with TLS 1.2 at least. */
const MODERN_TLS = /^ELBSecurityPolicy-TLS13-1-[23]-/;

/** Encryption on the way. */
export const encryptedInTransit = createRule(
  'encrypted-in-transit',
  'Clients reach queues, topics, the cache and, outside dev, the API over TLS only.',
  {
    'aws:sqs/queuePolicy:QueuePolicy': deniesPlainText,
    'aws:sns/topicPolicy:TopicPolicy': deniesPlainText,
    'aws:elasticache/replicationGroup:ReplicationGroup': ({ inputs }) => [
      ...demand(
        inputs.transitEncryptionEnabled === true && inputs.transitEncryptionMode === 'required',
        'set transitEncryptionEnabled, and transitEncryptionMode to required',
      ),
      ...demand(inputs.authToken, 'set authToken'),
    ],
    'aws:lb/listener:Listener': (resource) => {
      const { protocol, defaultActions } = resource.inputs;
      const redirects = (listOf(defaultActions) as { type?: string }[]).every(
        ({ type }) => type === 'redirect',
      );
      const allowed = protocol === 'HTTPS' || redirects || resource.urn.startsWith('urn:pulumi:dev::');
      return [
        ...demand(allowed, 'serves plain HTTP outside dev: redirect it to an HTTPS listener'),
        ...demand(
          protocol !== 'HTTPS' || MODERN_TLS.test(String(resource.inputs.sslPolicy)),
          'accepts TLS older than 1.2: set a policy such as ELBSecurityPolicy-TLS13-1-2-2021-06',
        ),
      ];
    },
  },
);
