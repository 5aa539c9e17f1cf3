/** Queues, tables, secrets, keys, topics, logs and alarms. */
import type { Cloud, Values } from '../cloud.ts';
import { defined, physicalName, type Spec, type Specs, toPascal } from './spec.ts';

const QUEUE_ATTRIBUTES: Readonly<Record<string, string>> = {
  visibilityTimeoutSeconds: 'VisibilityTimeout',
  messageRetentionSeconds: 'MessageRetentionPeriod',
  receiveWaitTimeSeconds: 'ReceiveMessageWaitTimeSeconds',
  sqsManagedSseEnabled: 'SqsManagedSseEnabled',
  redrivePolicy: 'RedrivePolicy',
};

function toQueueAttributes(inputs: Values): Values {
  return Object.fromEntries(
    Object.entries(QUEUE_ATTRIBUTES).flatMap(([key, name]) =>
      inputs[key] === undefined ? [] : [[name, String(inputs[key])]],
    ),
  );
}

async function queueAttributes(cloud: Cloud, url: string): Promise<Values | undefined> {
  const found = await cloud.find<{ Attributes?: Values }>('sqs', 'GetQueueAttributes', {
    QueueUrl: url,
    AttributeNames: ['All'],
  });
  return found && (found.Attributes ?? {});
}

const queue: Spec = {
  computed: ['arn', 'url'],
  replace: ['name'],
  async create(cloud, inputs) {
    const { QueueUrl } = await cloud.call<{ QueueUrl: string }>('sqs', 'CreateQueue', {
      QueueName: inputs.name,
      Attributes: toQueueAttributes(inputs),
    });
    const attributes = await queueAttributes(cloud, QueueUrl);
    return { id: QueueUrl, computed: { url: QueueUrl, arn: attributes?.QueueArn } };
  },
  async update(cloud, id, inputs) {
    await cloud.call('sqs', 'SetQueueAttributes', { QueueUrl: id, Attributes: toQueueAttributes(inputs) });
    return {};
  },
  async read(cloud, id, state) {
    const attributes = await queueAttributes(cloud, id);
    if (!attributes) return undefined;
    return Object.fromEntries(
      Object.entries(QUEUE_ATTRIBUTES).flatMap(([key, name]) => {
        const [live, known] = [attributes[name], state[key]];
        if (live === undefined || known === undefined || key === 'redrivePolicy') return [];
        if (String(known).toLowerCase() === String(live).toLowerCase()) return [];
        return [[key, typeof known === 'number' ? Number(live) : live]];
      }),
    );
  },
  delete: async (cloud, id) => void (await cloud.find('sqs', 'DeleteQueue', { QueueUrl: id })),
};

/** A resource that is one attribute of a queue. */
function queueAttribute(attribute: string, key: string): Spec {
  const set = (cloud: Cloud, url: unknown, value: unknown) =>
    cloud.find('sqs', 'SetQueueAttributes', { QueueUrl: url, Attributes: { [attribute]: value } });
  return {
    replace: ['queueUrl'],
    async create(cloud, inputs) {
      await set(cloud, inputs.queueUrl, inputs[key]);
      return { id: String(inputs.queueUrl), computed: {} };
    },
    async update(cloud, id, inputs) {
      await set(cloud, id, inputs[key]);
      return {};
    },
    read: async (cloud, id) => ((await queueAttributes(cloud, id)) ? {} : undefined),
    delete: async (cloud, id) => void (await set(cloud, id, '')),
  };
}

interface TableInputs extends Values {
  readonly attributes: { name: string; type: string }[];
  readonly globalSecondaryIndexes?: {
    name: string;
    projectionType: string;
    keySchemas: { attributeName: string; keyType: string }[];
  }[];
}

const table: Spec = {
  computed: ['arn', 'streamArn'],
  replace: ['name', 'hashKey', 'rangeKey', 'attributes'],
  async create(cloud, given) {
    const inputs = given as TableInputs;
    const indexes = inputs.globalSecondaryIndexes ?? [];
    const { TableDescription } = await cloud.call<{ TableDescription: Values }>(
      'dynamodb',
      'CreateTable',
      defined({
        TableName: inputs.name,
        BillingMode: inputs.billingMode,
        AttributeDefinitions: inputs.attributes.map(({ name, type }) => ({
          AttributeName: name,
          AttributeType: type,
        })),
        KeySchema: [
          { AttributeName: inputs.hashKey, KeyType: 'HASH' },
          ...(inputs.rangeKey ? [{ AttributeName: inputs.rangeKey, KeyType: 'RANGE' }] : []),
        ],
        GlobalSecondaryIndexes:
          indexes.length > 0
            ? indexes.map((index) => ({
                IndexName: index.name,
                KeySchema: toPascal(index.keySchemas),
                Projection: { ProjectionType: index.projectionType },
              }))
            : undefined,
        DeletionProtectionEnabled: inputs.deletionProtectionEnabled,
        SSESpecification: { Enabled: true },
        StreamSpecification: inputs.streamEnabled
          ? { StreamEnabled: true, StreamViewType: inputs.streamViewType }
          : undefined,
      }),
    );
    await table.update?.(cloud, String(inputs.name), inputs, {}, '');
    return { id: String(inputs.name), computed: { arn: TableDescription.TableArn } };
  },
  async update(cloud, id, inputs, state) {
    const recovery = inputs.pointInTimeRecovery as
      | { enabled: boolean; recoveryPeriodInDays?: number }
      | undefined;
    if (recovery) {
      await cloud.call('dynamodb', 'UpdateContinuousBackups', {
        TableName: id,
        PointInTimeRecoverySpecification: defined({
          PointInTimeRecoveryEnabled: recovery.enabled,
          RecoveryPeriodInDays: recovery.recoveryPeriodInDays,
        }),
      });
    }
    if (inputs.ttl) {
      const { attributeName, enabled } = inputs.ttl as Values;
      const { TimeToLiveDescription } = await cloud.call<{ TimeToLiveDescription: Values }>(
        'dynamodb',
        'DescribeTimeToLive',
        { TableName: id },
      );
      if ((TimeToLiveDescription.TimeToLiveStatus === 'ENABLED') !== (enabled ?? true)) {
        await cloud.call('dynamodb', 'UpdateTimeToLive', {
          TableName: id,
          TimeToLiveSpecification: { AttributeName: attributeName, Enabled: enabled ?? true },
        });
      }
    }
    if (
      state.deletionProtectionEnabled !== undefined &&
      state.deletionProtectionEnabled !== inputs.deletionProtectionEnabled
    ) {
      await cloud.call('dynamodb', 'UpdateTable', {
        TableName: id,
        DeletionProtectionEnabled: inputs.deletionProtectionEnabled,
      });
    }
    return {};
  },
  async read(cloud, id, state) {
    const found = await cloud.find<{ Table: Values }>('dynamodb', 'DescribeTable', { TableName: id });
    if (!found) return undefined;
    const live = found.Table.DeletionProtectionEnabled ?? false;
    return live === (state.deletionProtectionEnabled ?? false) ? {} : { deletionProtectionEnabled: live };
  },
  delete: async (cloud, id) => void (await cloud.find('dynamodb', 'DeleteTable', { TableName: id })),
};

const secret: Spec = {
  computed: ['arn'],
  replace: ['name'],
  async create(cloud, inputs) {
    const { ARN } = await cloud.call<{ ARN: string }>('secretsmanager', 'CreateSecret', {
      Name: inputs.name,
    });
    return { id: ARN, computed: { arn: ARN } };
  },
  update: async () => ({}),
  async read(cloud, id) {
    const found = await cloud.find('secretsmanager', 'DescribeSecret', { SecretId: id });
    return found && !found.DeletedDate ? {} : undefined;
  },
  async delete(cloud, id, state) {
    const days = Number(state.recoveryWindowInDays ?? 30);
    await cloud.find('secretsmanager', 'DeleteSecret', {
      SecretId: id,
      ...(days > 0 ? { RecoveryWindowInDays: days } : { ForceDeleteWithoutRecovery: true }),
    });
  },
};

const secretVersion: Spec = {
  computed: ['arn', 'versionId', 'secretArn'],
  replace: ['secretId', 'secretString'],
  async create(cloud, inputs) {
    const { ARN, VersionId } = await cloud.call('secretsmanager', 'PutSecretValue', {
      SecretId: inputs.secretId,
      SecretString: inputs.secretString,
    });
    return { id: `${ARN}|${VersionId}`, computed: { arn: ARN, secretArn: ARN, versionId: VersionId } };
  },
  async read(cloud, id) {
    const [SecretId, VersionId] = id.split('|');
    return (await cloud.find('secretsmanager', 'GetSecretValue', { SecretId, VersionId })) && {};
  },
  // A version is kept until the secret is deleted: tasks of the deployment before may still read it.
  delete: async () => {},
};

const key: Spec = {
  computed: ['arn', 'keyId'],
  async create(cloud, inputs) {
    const { KeyMetadata } = await cloud.call<{ KeyMetadata: Values }>('kms', 'CreateKey', {
      Description: inputs.description,
      Policy: inputs.policy,
    });
    if (inputs.enableKeyRotation) await cloud.call('kms', 'EnableKeyRotation', { KeyId: KeyMetadata.KeyId });
    return { id: String(KeyMetadata.KeyId), computed: { arn: KeyMetadata.Arn, keyId: KeyMetadata.KeyId } };
  },
  async update(cloud, id, inputs) {
    await cloud.call('kms', 'PutKeyPolicy', { KeyId: id, PolicyName: 'default', Policy: inputs.policy });
    return {};
  },
  async read(cloud, id) {
    const found = await cloud.find<{ KeyMetadata: Values }>('kms', 'DescribeKey', { KeyId: id });
    return found && found.KeyMetadata.KeyState !== 'PendingDeletion' ? {} : undefined;
  },
  async delete(cloud, id, state) {
    await cloud.call('kms', 'ScheduleKeyDeletion', {
      KeyId: id,
      PendingWindowInDays: state.deletionWindowInDays,
    });
  },
};

const topic: Spec = {
  computed: ['arn'],
  replace: ['name'],
  async create(cloud, inputs) {
    const { TopicArn } = await cloud.call<{ TopicArn: string }>('sns', 'CreateTopic', {
      Name: inputs.name,
      ...(inputs.kmsMasterKeyId ? { Attributes: { KmsMasterKeyId: inputs.kmsMasterKeyId } } : {}),
    });
    return { id: TopicArn, computed: { arn: TopicArn } };
  },
  update: async () => ({}),
  read: async (cloud, id) => (await cloud.find('sns', 'GetTopicAttributes', { TopicArn: id })) && {},
  delete: async (cloud, id) => void (await cloud.find('sns', 'DeleteTopic', { TopicArn: id })),
};

const topicPolicy: Spec = {
  replace: ['arn'],
  async create(cloud, inputs) {
    await cloud.call('sns', 'SetTopicAttributes', {
      TopicArn: inputs.arn,
      AttributeName: 'Policy',
      AttributeValue: inputs.policy,
    });
    return { id: String(inputs.arn), computed: {} };
  },
  async update(cloud, _id, inputs) {
    return (await topicPolicy.create(cloud, inputs, '')).computed;
  },
  read: async (cloud, id) => (await cloud.find('sns', 'GetTopicAttributes', { TopicArn: id })) && {},
  delete: async () => {},
};

const topicSubscription: Spec = {
  computed: ['arn'],
  replace: ['topic', 'protocol', 'endpoint', 'rawMessageDelivery'],
  async create(cloud, inputs) {
    const { SubscriptionArn } = await cloud.call<{ SubscriptionArn: string }>('sns', 'Subscribe', {
      TopicArn: inputs.topic,
      Protocol: inputs.protocol,
      Endpoint: inputs.endpoint,
      ...(inputs.rawMessageDelivery === true && { Attributes: { RawMessageDelivery: 'true' } }),
      ReturnSubscriptionArn: true,
    });
    return { id: SubscriptionArn, computed: { arn: SubscriptionArn } };
  },
  read: async (cloud, id) =>
    (await cloud.find('sns', 'GetSubscriptionAttributes', { SubscriptionArn: id })) && {},
  delete: async (cloud, id) => void (await cloud.find('sns', 'Unsubscribe', { SubscriptionArn: id })),
};

const logGroup: Spec = {
  computed: ['arn'],
  replace: ['name'],
  async create(cloud, inputs) {
    await cloud.call('logs', 'CreateLogGroup', { logGroupName: inputs.name });
    await logGroup.update?.(cloud, String(inputs.name), inputs, {}, '');
    const { logGroups } = await cloud.call<{ logGroups: { logGroupName: string; arn: string }[] }>(
      'logs',
      'DescribeLogGroups',
      { logGroupNamePrefix: inputs.name },
    );
    const arn = logGroups.find(({ logGroupName }) => logGroupName === inputs.name)?.arn.replace(/:\*$/, '');
    return { id: String(inputs.name), computed: { arn } };
  },
  async update(cloud, id, inputs) {
    await cloud.call('logs', 'PutRetentionPolicy', {
      logGroupName: id,
      retentionInDays: inputs.retentionInDays,
    });
    return {};
  },
  async read(cloud, id, state) {
    const { logGroups } = await cloud.call<{
      logGroups: { logGroupName: string; retentionInDays?: number }[];
    }>('logs', 'DescribeLogGroups', { logGroupNamePrefix: id });
    const live = logGroups.find(({ logGroupName }) => logGroupName === id);
    if (!live) return undefined;
    return live.retentionInDays === state.retentionInDays
      ? {}
      : { retentionInDays: live.retentionInDays ?? 0 };
  },
  delete: async (cloud, id) => void (await cloud.find('logs', 'DeleteLogGroup', { logGroupName: id })),
};

const metricFilter: Spec = {
  replace: ['logGroupName', 'name'],
  async create(cloud, inputs, name) {
    const filterName = physicalName(inputs, name);
    const transformation = inputs.metricTransformation as Values;
    await cloud.call('logs', 'PutMetricFilter', {
      logGroupName: inputs.logGroupName,
      filterName,
      filterPattern: inputs.pattern,
      metricTransformations: [
        {
          metricNamespace: transformation.namespace,
          metricName: transformation.name,
          metricValue: transformation.value,
          unit: transformation.unit,
        },
      ],
    });
    return { id: filterName, computed: { name: filterName } };
  },
  async read(cloud, id, state) {
    const found = await cloud.find<{ metricFilters: unknown[] }>('logs', 'DescribeMetricFilters', {
      logGroupName: state.logGroupName,
      filterNamePrefix: id,
    });
    return found && found.metricFilters.length > 0 ? {} : undefined;
  },
  async delete(cloud, id, state) {
    await cloud.find('logs', 'DeleteMetricFilter', { logGroupName: state.logGroupName, filterName: id });
  },
};

interface Query {
  readonly metric?: {
    dimensions?: Record<string, string>;
    period: number;
    stat: string;
    metricName: string;
    namespace: string;
  };
  readonly [key: string]: unknown;
}

const metricAlarm: Spec = {
  computed: ['arn'],
  replace: ['name'],
  async create(cloud, inputs) {
    const queries = (inputs.metricQueries as Query[]).map(({ metric, ...query }) => ({
      ...(toPascal(query) as Values),
      ...(metric && {
        MetricStat: {
          Metric: {
            Namespace: metric.namespace,
            MetricName: metric.metricName,
            Dimensions: Object.entries(metric.dimensions ?? {}).map(([Name, Value]) => ({ Name, Value })),
          },
          Period: metric.period,
          Stat: metric.stat,
        },
      }),
    }));
    await cloud.call('cloudwatch', 'PutMetricAlarm', {
      AlarmName: inputs.name,
      AlarmDescription: inputs.alarmDescription,
      AlarmActions: inputs.alarmActions,
      OKActions: inputs.okActions,
      ComparisonOperator: inputs.comparisonOperator,
      EvaluationPeriods: inputs.evaluationPeriods,
      DatapointsToAlarm: inputs.datapointsToAlarm,
      Threshold: inputs.threshold,
      TreatMissingData: inputs.treatMissingData,
      Metrics: queries,
    });
    const { MetricAlarms } = await cloud.call<{ MetricAlarms: Values[] }>('cloudwatch', 'DescribeAlarms', {
      AlarmNames: [inputs.name],
    });
    return { id: String(inputs.name), computed: { arn: MetricAlarms[0]?.AlarmArn } };
  },
  async update(cloud, _id, inputs, _state, name) {
    return (await metricAlarm.create(cloud, inputs, name)).computed;
  },
  async read(cloud, id, state) {
    const { MetricAlarms } = await cloud.call<{ MetricAlarms: Values[] }>('cloudwatch', 'DescribeAlarms', {
      AlarmNames: [id],
    });
    const live = MetricAlarms[0];
    if (!live) return undefined;
    return live.Threshold === state.threshold ? {} : { threshold: live.Threshold };
  },
  delete: async (cloud, id) => void (await cloud.find('cloudwatch', 'DeleteAlarms', { AlarmNames: [id] })),
};

/** moto has no composite alarms: only the existence of the alarms in the rule is checked. */
const compositeAlarm: Spec = {
  computed: ['arn'],
  replace: ['alarmName'],
  async create(cloud, inputs) {
    const names = [...String(inputs.alarmRule).matchAll(/ALARM\("([^"]+)"\)/g)].map(([, name]) => name);
    const { MetricAlarms } = await cloud.call<{ MetricAlarms: Values[] }>('cloudwatch', 'DescribeAlarms', {
      AlarmNames: names,
    });
    if (MetricAlarms.length !== names.length)
      throw new Error(`${inputs.alarmName} names alarms that are not there: ${inputs.alarmRule}`);
    return {
      id: String(inputs.alarmName),
      computed: { arn: `arn:aws:cloudwatch:::alarm:${inputs.alarmName}` },
    };
  },
  update: async () => ({}),
  read: async () => ({}),
  delete: async () => {},
};

const dashboard: Spec = {
  computed: ['dashboardArn'],
  replace: ['dashboardName'],
  async create(cloud, inputs) {
    await cloud.call('cloudwatch', 'PutDashboard', {
      DashboardName: inputs.dashboardName,
      DashboardBody: inputs.dashboardBody,
    });
    return { id: String(inputs.dashboardName), computed: {} };
  },
  async update(cloud, _id, inputs, _state, name) {
    return (await dashboard.create(cloud, inputs, name)).computed;
  },
  read: async (cloud, id) => (await cloud.find('cloudwatch', 'GetDashboard', { DashboardName: id })) && {},
  delete: async (cloud, id) =>
    void (await cloud.find('cloudwatch', 'DeleteDashboards', { DashboardNames: [id] })),
};

/** Everything that keeps or watches data. */
export const DATA_SPECS: Specs = {
  'sqs/queue:Queue': queue,
  'sqs/queuePolicy:QueuePolicy': queueAttribute('Policy', 'policy'),
  'sqs/redriveAllowPolicy:RedriveAllowPolicy': queueAttribute('RedriveAllowPolicy', 'redriveAllowPolicy'),
  'dynamodb/table:Table': table,
  'secretsmanager/secret:Secret': secret,
  'secretsmanager/secretVersion:SecretVersion': secretVersion,
  'kms/key:Key': key,
  'sns/topic:Topic': topic,
  'sns/topicPolicy:TopicPolicy': topicPolicy,
  'sns/topicSubscription:TopicSubscription': topicSubscription,
  'cloudwatch/logGroup:LogGroup': logGroup,
  'cloudwatch/logMetricFilter:LogMetricFilter': metricFilter,
  'cloudwatch/metricAlarm:MetricAlarm': metricAlarm,
  'cloudwatch/compositeAlarm:CompositeAlarm': compositeAlarm,
  'cloudwatch/dashboard:Dashboard': dashboard,
};
