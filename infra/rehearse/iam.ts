/** Decides whether the statements of a role allow a call: the part of IAM that the roles of this project use. */

/** A statement, as it is in a role's policy. */
export interface PolicyStatement {
  readonly Effect: string;
  readonly Action: string | readonly string[];
  readonly Resource: string | readonly string[];
}

/** A call of one action on one resource. */
export interface Access {
  /** Such as `sqs:SendMessage`. */
  readonly action: string;
  readonly resource: string;
}

/** Returns true when a statement allows the access and none denies it. */
export function isAllowed(statements: readonly PolicyStatement[], access: Access): boolean {
  const matching = statements.filter(
    ({ Action, Resource }) =>
      list(Action).some((pattern) => matches(pattern, access.action)) &&
      list(Resource).some((pattern) => matches(pattern, access.resource)),
  );
  return matching.length > 0 && matching.every(({ Effect }) => Effect === 'Allow');
}

function list(value: string | readonly string[]): readonly string[] {
  return typeof value === 'string' ? [value] : value;
}

function matches(pattern: string, text: string): boolean {
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`).test(text);
}

/** A request of the JSON protocols of SQS and DynamoDB, or of the query protocol of SNS. */
export interface AwsRequest {
  /** Header `X-Amz-Target`, such as `DynamoDB_20120810.GetItem`. */
  readonly target: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly region: string;
  readonly account: string;
}

/** Actions of batch calls that are permitted by those of single ones. */
const SINGLE: Readonly<Record<string, string>> = {
  PublishBatch: 'Publish',
  SendMessageBatch: 'SendMessage',
  DeleteMessageBatch: 'DeleteMessage',
  ChangeMessageVisibilityBatch: 'ChangeMessageVisibility',
};

/** Returns what a request accesses: one access for each table or queue that it names. */
export function accessesOf({ target, body, region, account }: AwsRequest): Access[] {
  const [api = '', operation = ''] = target.split('.');
  if (api === 'AmazonSQS') {
    const queue = String(body.QueueUrl ?? body.QueueName ?? '')
      .split('/')
      .at(-1);
    const action = `sqs:${SINGLE[operation] ?? operation}`;
    return [{ action, resource: `arn:aws:sqs:${region}:${account}:${queue}` }];
  }
  if (api.startsWith('DynamoDB_')) {
    const tables = body.RequestItems ? Object.keys(body.RequestItems as object) : [String(body.TableName)];
    const index = body.IndexName ? `/index/${body.IndexName}` : '';
    return tables.map((table) => ({
      action: `dynamodb:${operation}`,
      resource: `arn:aws:dynamodb:${region}:${account}:table/${table}${index}`,
    }));
  }
  if (typeof body.Action === 'string' && typeof body.TopicArn === 'string') {
    return [{ action: `sns:${SINGLE[body.Action] ?? body.Action}`, resource: body.TopicArn }];
  }
  return [{ action: `${api}:${operation}`, resource: '*' }];
}
