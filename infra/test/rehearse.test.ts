/** The part of the rehearsal that needs no CLI: roles, the stand-in provider, reading settings and reporting. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Cloud, isAbsence } from '../rehearse/cloud.ts';
import { accessesOf, isAllowed, type PolicyStatement } from '../rehearse/iam.ts';
import { COMPUTE_SPECS } from '../rehearse/provider/compute.ts';
import { DATA_SPECS } from '../rehearse/provider/data.ts';
import { diffInputs, plannedOutputs, UNKNOWN } from '../rehearse/provider/diff.ts';
import { NETWORK_SPECS } from '../rehearse/provider/network.ts';
import { RANDOM_SPECS } from '../rehearse/provider/random.ts';
import { physicalName, toPascal } from '../rehearse/provider/spec.ts';
import { startProxy, Turns } from '../rehearse/proxy.ts';
import { parseSummary } from '../rehearse/pulumi.ts';
import { Recorder, toReport } from '../rehearse/report.ts';
import { toDigests } from '../rehearse/settings.ts';
import { findTools, toSkipMessage } from '../rehearse/tools.ts';
import { find } from './support/graph.ts';
import { captureStacks, type Graphs, STACKS } from './support/stacks.ts';

const graphs = {} as Graphs;

beforeAll(async () => {
  Object.assign(graphs, await captureStacks());
}, 60_000);

const AWS = { region: 'eu-central-1', account: '123456789012' };

describe('a request to AWS', () => {
  it.each([
    [
      'AmazonSQS.SendMessageBatch',
      { QueueUrl: 'http://host/1/q' },
      ['sqs:SendMessage arn:aws:sqs:eu-central-1:123456789012:q'],
    ],
    [
      'AmazonSQS.ReceiveMessage',
      { QueueUrl: 'http://host/1/q' },
      ['sqs:ReceiveMessage arn:aws:sqs:eu-central-1:123456789012:q'],
    ],
    [
      'DynamoDB_20120810.GetItem',
      { TableName: 't' },
      ['dynamodb:GetItem arn:aws:dynamodb:eu-central-1:123456789012:table/t'],
    ],
    [
      'DynamoDB_20120810.Query',
      { TableName: 't', IndexName: 'i' },
      ['dynamodb:Query arn:aws:dynamodb:eu-central-1:123456789012:table/t/index/i'],
    ],
    [
      'DynamoDB_20120810.BatchGetItem',
      { RequestItems: { a: {}, b: {} } },
      [
        'dynamodb:BatchGetItem arn:aws:dynamodb:eu-central-1:123456789012:table/a',
        'dynamodb:BatchGetItem arn:aws:dynamodb:eu-central-1:123456789012:table/b',
      ],
    ],
    ['', { Action: 'PublishBatch', TopicArn: 'arn:topic' }, ['sns:Publish arn:topic']],
    ['', {}, [': *']],
  ])('%s accesses what it names', (target, body, accesses) => {
    const named = accessesOf({ target, body, ...AWS }).map(({ action, resource }) => `${action} ${resource}`);
    expect(named.map((text) => text.replace('undefined', ''))).toEqual(accesses);
  });
});

describe('a role', () => {
  const allow = (Action: string[], Resource: string[]): PolicyStatement => ({
    Effect: 'Allow',
    Action,
    Resource,
  });
  const access = { action: 'sqs:SendMessage', resource: 'arn:aws:sqs:r:a:q' };

  it.each([
    [[allow(['sqs:SendMessage'], ['arn:aws:sqs:r:a:q'])], true],
    [[allow(['sqs:*'], ['arn:aws:sqs:r:a:*'])], true],
    [[allow(['sqs:SendMessage'], ['arn:aws:sqs:r:a:other'])], false],
    [[allow(['sqs:Send'], ['*'])], false],
    [[], false],
    [[allow(['sqs:SendMessage'], ['*']), { Effect: 'Deny', Action: 'sqs:*', Resource: '*' }], false],
  ])('%j', (statements, allowed) => {
    expect(isAllowed(statements, access)).toBe(allowed);
  });

  it.each([
    ['order-api', 'sqs:SendMessage', 'order-queue', true],
    ['order-api', 'sqs:ReceiveMessage', 'order-queue', false],
    ['order-processor', 'sqs:DeleteMessage', 'order-queue', true],
    ['order-processor', 'sqs:DeleteMessage', 'order-dlq', false],
    ['order-processor', 'sqs:GetQueueAttributes', 'order-dlq', true],
    ['scoring', 'sqs:SendMessage', 'order-queue', false],
  ])('of %s in prod: %s on %s is %s', (service, action, queue, allowed) => {
    const { inputs } = find(graphs.prod, 'iam/rolePolicy:RolePolicy', `${service}-task`);
    const { Statement } = JSON.parse(String(inputs.policy)) as { Statement: PolicyStatement[] };
    const resource = String(find(graphs.prod, 'sqs/queue:Queue', queue).inputs.name);
    expect(
      isAllowed(Statement, { action, resource: `arn:aws:sqs:eu-central-1:123456789012:${resource}` }),
    ).toBe(allowed);
  });
});

describe('the proxy of a task', () => {
  it('passes on what the role allows, denies the rest, and lets one table call through at a time', async () => {
    let [open, most] = [0, 0];
    const emulator = createServer((_request, response) => {
      open += 1;
      most = Math.max(most, open);
      setImmediate(() => {
        open -= 1;
        response.end('{"ok":true}');
      });
    });
    await new Promise<void>((resolve) => emulator.listen(0, '127.0.0.1', resolve));
    const proxy = await startProxy({
      ...AWS,
      endpoint: `http://127.0.0.1:${(emulator.address() as AddressInfo).port}`,
      statements: [{ Effect: 'Allow', Action: ['dynamodb:GetItem'], Resource: ['*'] }],
      turns: new Turns(),
    });
    const call = async (operation: string) => {
      const response = await fetch(proxy.url, {
        method: 'POST',
        headers: { 'x-amz-target': `DynamoDB_20120810.${operation}` },
        body: JSON.stringify({ TableName: 't' }),
      });
      return [response.status, await response.text()] as const;
    };
    try {
      const answers = await Promise.all(Array.from({ length: 8 }, () => call('GetItem')));
      expect(answers.map(([code]) => code)).toEqual(Array(8).fill(200));
      expect(most).toBe(1);
      const [code, text] = await call('DeleteItem');
      expect([code, text]).toEqual([400, expect.stringContaining('AccessDeniedException')]);
      expect(proxy.allowed.get('dynamodb:GetItem')).toBe(8);
      expect(proxy.denied.map(({ action }) => action)).toEqual(['dynamodb:DeleteItem']);
    } finally {
      await proxy.stop();
      emulator.closeAllConnections();
      await new Promise((resolve) => emulator.close(resolve));
    }
  });
});

describe('the stand-in provider', () => {
  const specs = { ...DATA_SPECS, ...NETWORK_SPECS, ...COMPUTE_SPECS, ...RANDOM_SPECS };

  it.each(STACKS)('knows every type that %s has', (stack) => {
    const types = graphs[stack].resources
      .filter(({ custom }) => custom)
      .map(({ type }) => type.replace(/^\w+:/, ''));
    // Providers are the engine's own, and images are by digest in a rehearsal.
    const unknown = types.filter((type) => !(type in specs) && !/^(providers:|ecr:Image)/.test(type));
    expect([...new Set(unknown)]).toEqual([]);
  });

  const spec = { ...DATA_SPECS['sqs/queue:Queue'], replace: ['name'] } as (typeof specs)[string];

  it.each([
    [{ name: 'q', a: 1 }, { name: 'q', a: 1 }, [], [], false],
    [{ name: 'q', a: 1 }, { name: 'q', a: 2 }, ['a'], [], false],
    [{ name: 'q' }, { name: 'r' }, ['name'], ['name'], false],
    [{ policy: '{"b":1,"a":2}' }, { policy: '{"a":2,"b":1}' }, [], [], false],
    [{ a: { x: 1, y: 2 } }, { a: { y: 2, x: 1 } }, [], [], false],
    [{ __defaults: [] }, {}, [], [], false],
  ])('finds that %j becomes %j', (before, now, changed, replaces, deleteFirst) => {
    expect(diffInputs(spec, before, now)).toEqual({ changed, replaces, deleteFirst });
  });

  it('creates again what it cannot update, the old one first where both would have one name', () => {
    const { update: _update, ...fixed } = spec;
    expect(diffInputs(fixed, { name: 'q', a: 1 }, { name: 'q', a: 2 })).toEqual({
      changed: ['a'],
      replaces: ['a'],
      deleteFirst: true,
    });
  });

  it('leaves in a plan unknown what AWS decides', () => {
    expect(plannedOutputs(spec, { name: 'q' })).toEqual({ arn: UNKNOWN, url: UNKNOWN, name: 'q' });
  });

  it('names what has no name, and keeps the names that are given', () => {
    expect(physicalName({ name: 'given' }, 'x')).toBe('given');
    expect(physicalName({}, 'a-name-that-is-longer-than-thirty-two')).toMatch(/^[a-z-]{24}-[0-9a-f]{7}$/);
  });

  it('writes names as the API does', () => {
    expect(toPascal({ oneName: [{ two: undefined, three: 3 }] })).toEqual({ OneName: [{ Three: 3 }] });
  });

  it.each([
    ['AWS.SimpleQueueService.NonExistentQueue', true],
    ['ResourceNotFoundException', true],
    ['NoSuchEntity', true],
    ['InvalidVpcID.NotFound', true],
    ['ParamValidation', false],
    ['AccessDenied', false],
  ])('takes %s for an absence: %s', (code, absent) => {
    expect(isAbsence(code)).toBe(absent);
  });
});

describe('the summary of the CLI', () => {
  it('is read from a plan and from an update', () => {
    expect(parseSummary('Resources:\n    + 7 to create\n    ~ 12 to update\n    165 unchanged\n')).toEqual({
      created: 7,
      updated: 12,
      replaced: 0,
      deleted: 0,
      unchanged: 165,
    });
    expect(
      parseSummary('Resources:\n    ~ 7 updated\n    - 7 deleted\n    +-3 replaced\n    162 unchanged\n'),
    ).toEqual({
      created: 0,
      updated: 7,
      replaced: 3,
      deleted: 7,
      unchanged: 162,
    });
  });
});

describe('the report', () => {
  it('has a row for each step and a column for each stack', async () => {
    let now = 0;
    const lines: string[] = [];
    const recorder = new Recorder(
      (line) => lines.push(line),
      () => now,
    );
    await recorder.step('up', async () => {
      now += 12_000;
      return '3 created';
    });
    expect(toReport({ dev: recorder.steps, local: [] })).toBe(
      ['| step | dev | local |', '|---|---|---|', '| up | 3 created (12 s) |  |'].join('\n'),
    );
    expect(lines.at(-1)).toContain('up: 3 created (12.0 s)');
  });
});

describe('the bridge to the emulator', () => {
  it('refuses calls once it has ended, and does not wait', async () => {
    // `false` ends at once, as a bridge does that was killed.
    const cloud = new Cloud({ python: 'false', endpoint: 'http://127.0.0.1:1', region: 'us-east-1' });
    await expect(cloud.call('sts', 'GetCallerIdentity')).rejects.toThrow(
      'The bridge to the emulator has stopped',
    );
    await expect(cloud.call('sts', 'GetCallerIdentity')).rejects.toThrow(
      'The bridge to the emulator has stopped',
    );
  });
});

describe('a machine without the tools', () => {
  it('reports missing programs and how to install them', () => {
    const { tools, missing } = findTools({ PATH: '/nowhere', XDG_CACHE_HOME: '/nowhere' });
    expect(tools).toBeUndefined();
    expect(missing.map(({ name }) => name)).toEqual([
      'pulumi',
      'pulumi-language-nodejs',
      'moto and boto3',
      'redis-server',
    ]);
    expect(toSkipMessage(missing)).toContain(
      'pulumi: install the Pulumi CLI, or run infra/rehearse/tools.sh',
    );
  });
});

describe('images of a rehearsal', () => {
  it('differ by version', () => {
    expect(toDigests('first')).not.toBe(toDigests('second'));
    expect(JSON.parse(toDigests('first')).scoring).toMatch(/^sha256:[0-9a-f]{64}$/);
  });
});
