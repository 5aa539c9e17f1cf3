/** Orders and money are not lost. */
import { createRule, demand, type Inspected, isProduction } from './rule.ts';

const TWO_WEEKS_SECONDS = 14 * 86_400;

function checkQueue({ name, inputs }: Inspected): string[] {
  const retention = demand(inputs.messageRetentionSeconds === TWO_WEEKS_SECONDS, 'keep messages for 14 days');
  if (name.endsWith('-dlq')) return retention;
  if (inputs.redrivePolicy === undefined) {
    return [...retention, 'has no redrivePolicy: a poison message would come back for ever'];
  }
  const redrive = JSON.parse(String(inputs.redrivePolicy)) as {
    deadLetterTargetArn?: string;
    maxReceiveCount?: number;
  };
  const receives = redrive.maxReceiveCount ?? 0;
  return [
    ...retention,
    ...demand(redrive.deadLetterTargetArn, 'has a redrivePolicy without deadLetterTargetArn'),
    ...demand(receives >= 3 && receives <= 10, `gives up after ${receives} receives: use 3 to 10`),
  ];
}

/** Queues and tables. */
export const durableData = createRule(
  'durable-data',
  'Queues have dead-letter queues, tables point-in-time recovery, and production data cannot be deleted by mistake.',
  {
    'aws:sqs/queue:Queue': (resource) => [...checkQueue(resource), ...checkProtection(resource)],
    'aws:dynamodb/table:Table': (resource) => {
      const recovery = resource.inputs.pointInTimeRecovery as { enabled?: boolean } | undefined;
      return [
        ...demand(recovery?.enabled === true, 'set pointInTimeRecovery.enabled'),
        ...demand(
          !isProduction(resource) || resource.inputs.deletionProtectionEnabled === true,
          'set deletionProtectionEnabled in prod',
        ),
        ...checkProtection(resource),
      ];
    },
  },
);

function checkProtection(resource: Inspected): string[] {
  return demand(!isProduction(resource) || resource.protect, 'set protect in prod');
}
