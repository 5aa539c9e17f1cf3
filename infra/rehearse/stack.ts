/** The steps of one stack's rehearsal. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Cloud, Values } from './cloud.ts';
import { tryOrders } from './orders.ts';
import { type CliOptions, openStack, parseSummary, runCommand, type StackCli } from './pulumi.ts';
import type { Recorder } from './report.ts';
import { type StackName, toDigests } from './settings.ts';
import { readTask, startTasks, type TasksOptions } from './tasks.ts';

/** Dependencies of the steps. */
export interface RehearsalDeps {
  readonly stack: StackName;
  readonly cloud: Cloud;
  readonly cli: CliOptions;
  readonly revision: string;
  readonly tasks: TasksOptions;
  readonly recorder: Recorder;
}

const POLICY = ['--policy-pack', 'infra/policy'];
const QUIET = ['--yes', '--skip-preview', '--suppress-progress'];

/** Rehearses a stack from nothing to nothing. */
export async function rehearse(deps: RehearsalDeps): Promise<void> {
  const stack = openStack(deps.cli);
  const { step } = { step: deps.recorder.step.bind(deps.recorder) };
  await stack.run('stack', 'init');
  await step('preview with the policy pack', async () => {
    const { output } = await stack.run('preview', '--suppress-progress', ...POLICY);
    return `${parseSummary(output).created} to create`;
  });
  await step('up', async () => {
    const { output } = await stack.run('up', ...QUIET, ...POLICY, '--config', `version=${deps.revision}`);
    return `${parseSummary(output).created} created`;
  });
  await step('up again', async () => {
    await stack.run('up', ...QUIET, '--expect-no-changes');
    return 'no changes';
  });
  if (deps.stack !== 'local') await step('orders on the registered tasks', () => runOrders(deps, stack));
  await step('refresh', async () => {
    await stack.run('refresh', '--yes', '--skip-preview', '--suppress-progress', '--expect-no-changes');
    return 'no changes';
  });
  await step('drift repaired', () => repairDrift(deps, stack));
  if (deps.stack !== 'local') {
    await step('a changed setting', () => changeSetting(deps, stack));
    if (deps.stack === 'dev') await step('a third zone', () => addZone(stack));
    await step('rollback', () => rollBack(deps, stack));
  }
  if (deps.stack === 'prod') await step('destroy refused', () => refuseDestroy(deps, stack));
  await step('destroy', () => destroy(deps, stack));
}

async function runOrders(deps: RehearsalDeps, stack: StackCli): Promise<string> {
  const running = await startTasks(deps.tasks);
  try {
    const account = { user: 'smoke', password: 'a password for the rehearsal' };
    await addUser(deps, String((await stack.outputs()).usersTable), account);
    const seen = await tryOrders({ ...deps.tasks, tasks: running, account });
    const denied = Object.values(running.proxies).flatMap((proxy) => proxy.denied);
    if (denied.length > 0) throw new Error(`Roles denied ${JSON.stringify(denied)}`);
    for (const [service, { allowed }] of Object.entries(running.proxies)) {
      if (allowed.size === 0) throw new Error(`${service} made no call through its role`);
    }
    await expectDenial(running.proxies['order-api'].url, String((await stack.outputs()).ordersTable));
    const traced = await traceAll(deps.tasks);
    return `${new Set(seen).size} outcomes, nothing denied that is needed${traced}`;
  } finally {
    await running.stop();
  }
}

/** Time in which every service has sent spans. */
const SPANS_LIMIT_MS = 30_000;

/** Waits until spans of every service have come, where tracing is on. */
async function traceAll({ spans, services }: TasksOptions): Promise<string> {
  if (!spans) return '';
  const end = Date.now() + SPANS_LIMIT_MS;
  while (spans.missing(services).length > 0) {
    if (Date.now() > end) throw new Error(`No spans came from ${spans.missing(services).join(', ')}`);
    await sleep(200);
  }
  return `, spans of ${services.length} services`;
}

/** Expects that calls beyond a role's permissions are denied: order-api may not delete orders. */
async function expectDenial(url: string, table: string): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'x-amz-target': 'DynamoDB_20120810.DeleteItem', 'content-type': 'application/x-amz-json-1.0' },
    body: JSON.stringify({ TableName: table, Key: { order_id: { S: 'none' } } }),
  });
  const text = await response.text();
  if (!text.includes('AccessDeniedException')) throw new Error(`order-api may delete orders: ${text}`);
}

async function addUser(
  deps: RehearsalDeps,
  table: string,
  account: { user: string; password: string },
): Promise<void> {
  const { runUserCommand } = await import(
    join(deps.tasks.root, 'services/order-api/dist/auth/user-command.js')
  );
  const lines: string[] = [];
  process.env.AWS_ENDPOINT_URL_DYNAMODB = deps.tasks.endpoint;
  process.env.AWS_ACCESS_KEY_ID = 'rehearsal';
  process.env.AWS_SECRET_ACCESS_KEY = 'rehearsal';
  const code = await runUserCommand(['user', 'add', account.user], {
    env: { STAGE: deps.stack, AWS_REGION: deps.tasks.region, USERS_TABLE: table },
    input: Readable.from([account.password]),
    print: (line: string) => lines.push(line),
    complain: (line: string) => lines.push(line),
  });
  if (code !== 0) throw new Error(`The account could not be opened: ${lines.join(' ')}`);
}

/** Changes deployed resources outside of the engine, and has it correct them. */
async function repairDrift(deps: RehearsalDeps, stack: StackCli): Promise<string> {
  const { cloud } = deps;
  const outputs = await stack.outputs();
  const queue = String(outputs.orderQueueUrl);
  const table = String(outputs.ordersTable);
  await cloud.call('sqs', 'SetQueueAttributes', { QueueUrl: queue, Attributes: { VisibilityTimeout: '7' } });
  const changes = ['visibility of the queue'];
  const alarm = `order-pipeline-${deps.stack}-dead-letters`;
  if (deps.stack !== 'local') {
    await cloud.call('cloudwatch', 'DeleteAlarms', { AlarmNames: [alarm] });
    await cloud.call('logs', 'PutRetentionPolicy', {
      logGroupName: `/order-pipeline-${deps.stack}/scoring`,
      retentionInDays: 1,
    });
    changes.push('an alarm', 'retention of a log');
  }
  if (deps.stack === 'prod') {
    await cloud.call('dynamodb', 'UpdateTable', { TableName: table, DeletionProtectionEnabled: false });
    changes.push('protection of a table');
  }
  await stack.run('refresh', '--yes', '--skip-preview', '--suppress-progress');
  await stack.run('up', ...QUIET);
  const { Attributes } = await cloud.call<{ Attributes: Values }>('sqs', 'GetQueueAttributes', {
    QueueUrl: queue,
    AttributeNames: ['VisibilityTimeout'],
  });
  if (Attributes.VisibilityTimeout !== '30')
    throw new Error(`The queue still hides for ${Attributes.VisibilityTimeout} s`);
  if (deps.stack !== 'local') {
    const { MetricAlarms } = await cloud.call<{ MetricAlarms: unknown[] }>('cloudwatch', 'DescribeAlarms', {
      AlarmNames: [alarm],
    });
    if (MetricAlarms.length !== 1) throw new Error(`${alarm} was not made again`);
  }
  if (deps.stack === 'prod') {
    const { Table } = await cloud.call<{ Table: Values }>('dynamodb', 'DescribeTable', { TableName: table });
    if (Table.DeletionProtectionEnabled !== true) throw new Error('The orders table is unprotected');
  }
  await stack.run('up', ...QUIET, '--expect-no-changes');
  return changes.join(', ');
}

async function changeSetting(deps: RehearsalDeps, stack: StackCli): Promise<string> {
  const before = await readTask(deps.tasks, 'order-api');
  const { output } = await stack.run('up', ...QUIET, '--config', 'rateLimit=200/minute');
  const after = await readTask(deps.tasks, 'order-api');
  if (after.environment.RATE_LIMIT !== '200/minute' || after.arn === before.arn) {
    throw new Error(`order-api has ${after.environment.RATE_LIMIT} in ${after.arn}`);
  }
  const { updated, replaced } = parseSummary(output);
  return `${replaced} replaced, ${updated} updated`;
}

async function addZone(stack: StackCli): Promise<string> {
  const { output } = await stack.run('preview', '--suppress-progress', '--config', 'zones=3');
  const plan = parseSummary(output);
  if (plan.replaced + plan.deleted > 0) throw new Error(`A third zone replaces or deletes:\n${output}`);
  await stack.run('up', ...QUIET, '--config', 'zones=3');
  return `${plan.created} created, ${plan.updated} updated, nothing replaced or deleted`;
}

/** Deploys another version, then rolls back to the first by the script that a deployment uses. */
async function rollBack(deps: RehearsalDeps, stack: StackCli): Promise<string> {
  const before = await stack.outputs();
  const file = join(deps.cli.project, 'before.json');
  writeFileSync(file, JSON.stringify(before));
  const image = async () => {
    const { taskDefinition } = await deps.cloud.call<{
      taskDefinition: { containerDefinitions: { image: string }[] };
    }>('ecs', 'DescribeTaskDefinition', { taskDefinition: `${deps.tasks.prefix}-scoring` });
    return taskDefinition.containerDefinitions[0]?.image;
  };
  const first = await image();
  await stack.run('up', ...QUIET, '--config', `imageDigests=${toDigests('second')}`);
  if ((await image()) === first) throw new Error('The second version was not deployed');
  const { code, output } = await runCommand(deps.cli, 'infra/scripts/rollback.sh', [deps.stack, file]);
  if (code !== 0) throw new Error(`rollback.sh failed:\n${output.slice(-3_000)}`);
  if ((await image()) !== first) throw new Error('rollback.sh did not bring the first version back');
  return 'the first version runs again';
}

async function refuseDestroy(deps: RehearsalDeps, stack: StackCli): Promise<string> {
  // The preview of a destroy stops it before anything is deleted; --skip-preview would stop at the first protected resource.
  const { code, output } = await stack.attempt('destroy', '--yes', '--suppress-progress');
  if (code === 0 || !/is protected/.test(output) || /^ *- \d+ deleted/m.test(output)) {
    throw new Error(`prod could be destroyed:\n${output.slice(-2_000)}`);
  }
  await readTask(deps.tasks, 'order-api');
  const refused = await stack.attempt('up', ...QUIET, '--config', 'protect=off');
  if (refused.code === 0 || !refused.output.includes('protect is off in prod')) {
    throw new Error(`prod could be unprotected:\n${refused.output.slice(-2_000)}`);
  }
  return 'protected';
}

async function destroy(deps: RehearsalDeps, stack: StackCli): Promise<string> {
  if (deps.stack === 'prod') {
    await stack.run('config', 'set', 'protect', 'off');
    await stack.run('config', 'set', 'retire', 'prod');
    await stack.run('state', 'unprotect', '--all', '--yes');
    await stack.run('up', ...QUIET);
  }
  const { output } = await stack.run('destroy', ...QUIET);
  const { TableNames } = await deps.cloud.call<{ TableNames: string[] }>('dynamodb', 'ListTables');
  const { QueueUrls = [] } = await deps.cloud.call<{ QueueUrls?: string[] }>('sqs', 'ListQueues');
  const left = [...TableNames, ...QueueUrls].filter((name) => name.includes(deps.tasks.prefix));
  if (left.length > 0) throw new Error(`Left behind: ${left.join(', ')}`);
  return `${parseSummary(output).deleted} deleted`;
}
