/** Compares the deployed resources with those of the local stack: both must come from packages/contracts. */

import { isDeepStrictEqual } from 'node:util';
import type { QueueShape } from '@order-pipeline/contracts/queues';
import type { TableShape } from '@order-pipeline/contracts/tables';
import { toCreateTableInput, toQueueAttributes } from '@order-pipeline/local/provision';
import { find, type Graph, ofType } from './graph.ts';

interface TableInputs {
  readonly billingMode: string;
  readonly hashKey: string;
  readonly rangeKey?: string;
  readonly attributes: readonly { readonly name: string; readonly type: string }[];
  readonly globalSecondaryIndexes?: readonly {
    readonly name: string;
    readonly projectionType: string;
    readonly keySchemas: readonly { readonly attributeName: string; readonly keyType: string }[];
  }[];
}

/** Returns the differences, one line each; names of resources in AWS aside, which carry the stack. */
export function findDrift(
  graph: Graph,
  queues: readonly QueueShape[],
  tables: readonly TableShape[],
): string[] {
  return [
    ...compareNames('queue', ofType(graph, 'sqs/queue:Queue'), queues),
    ...compareNames('table', ofType(graph, 'dynamodb/table:Table'), tables),
    ...queues.flatMap((shape) =>
      compare(`queue ${shape.name}`, deployedQueue(graph, shape), localQueue(graph, shape)),
    ),
    ...tables.flatMap((shape) =>
      compare(`table ${shape.name}`, deployedTable(graph, shape), localTable(shape)),
    ),
  ];
}

type Named = readonly { readonly name: string }[];

function compareNames(what: string, deployed: Named, local: Named): string[] {
  const names = (list: Named) => list.map(({ name }) => name).sort();
  return compare(`${what}s`, { names: names(deployed) }, { names: names(local) });
}

function compare(what: string, deployed: Record<string, unknown>, local: Record<string, unknown>): string[] {
  const keys = [...new Set([...Object.keys(deployed), ...Object.keys(local)])];
  return keys
    .filter((key) => !isDeepStrictEqual(deployed[key], local[key]))
    .map(
      (key) => `${what}: ${key} is ${JSON.stringify(deployed[key])}, locally ${JSON.stringify(local[key])}`,
    );
}

function queueOrUndefined(graph: Graph, name: string) {
  return ofType(graph, 'sqs/queue:Queue').find((resource) => resource.name === name);
}

function deployedQueue(graph: Graph, { name }: QueueShape): Record<string, unknown> {
  const inputs = queueOrUndefined(graph, name)?.inputs;
  if (!inputs) return {};
  return {
    VisibilityTimeout: String(inputs.visibilityTimeoutSeconds),
    MessageRetentionPeriod: String(inputs.messageRetentionSeconds),
    ReceiveMessageWaitTimeSeconds: String(inputs.receiveWaitTimeSeconds),
    ...(inputs.redrivePolicy !== undefined && { RedrivePolicy: JSON.parse(String(inputs.redrivePolicy)) }),
  };
}

function localQueue(graph: Graph, shape: QueueShape): Record<string, unknown> {
  const deadLetters = shape.redrive && queueOrUndefined(graph, shape.redrive.deadLetterQueue);
  const { RedrivePolicy, ...attributes } = toQueueAttributes(
    shape,
    deadLetters && `arn:aws:sqs:eu-central-1:123456789012:${deadLetters.inputs.name}`,
  );
  return { ...attributes, ...(RedrivePolicy && { RedrivePolicy: JSON.parse(RedrivePolicy) }) };
}

function deployedTable(graph: Graph, { name }: TableShape): Record<string, unknown> {
  const resource = ofType(graph, 'dynamodb/table:Table').find((table) => table.name === name);
  if (!resource) return {};
  const inputs = find(graph, 'dynamodb/table:Table', name).inputs as unknown as TableInputs;
  const indexes = inputs.globalSecondaryIndexes ?? [];
  return {
    BillingMode: inputs.billingMode,
    KeySchema: [
      { AttributeName: inputs.hashKey, KeyType: 'HASH' },
      ...(inputs.rangeKey ? [{ AttributeName: inputs.rangeKey, KeyType: 'RANGE' }] : []),
    ],
    AttributeDefinitions: inputs.attributes.map((key) => ({
      AttributeName: key.name,
      AttributeType: key.type,
    })),
    ...(indexes.length > 0 && {
      GlobalSecondaryIndexes: indexes.map((index) => ({
        IndexName: index.name,
        KeySchema: index.keySchemas.map((key) => ({
          AttributeName: key.attributeName,
          KeyType: key.keyType,
        })),
        Projection: { ProjectionType: index.projectionType },
      })),
    }),
  };
}

function localTable(shape: TableShape): Record<string, unknown> {
  const { TableName: _name, ...input } = toCreateTableInput(shape);
  return { ...input };
}
