/** The calls of DynamoDB that every order makes, without the SDK's middleware. */
import {
  BatchGetItem$,
  BatchGetItemCommand,
  GetItem$,
  GetItemCommand,
  PutItem$,
  PutItemCommand,
  Query$,
  QueryCommand,
  UpdateItem$,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { toOperation } from '../aws/operation.js';

const SERVICE = 'DynamoDB_20120810';

/** Hot operations by name. */
export const OPERATIONS = {
  GetItem: toOperation(SERVICE, GetItemCommand, GetItem$),
  BatchGetItem: toOperation(SERVICE, BatchGetItemCommand, BatchGetItem$),
  PutItem: toOperation(SERVICE, PutItemCommand, PutItem$),
  UpdateItem: toOperation(SERVICE, UpdateItemCommand, UpdateItem$),
  Query: toOperation(SERVICE, QueryCommand, Query$),
} as const;

/** Name of a hot operation. */
export type OperationName = keyof typeof OPERATIONS;
