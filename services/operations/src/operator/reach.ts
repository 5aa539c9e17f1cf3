/** Dependencies of the commands, and the translation of their failures: one line with the variable and the remedy. */
import { Code, ConnectError } from '@connectrpc/connect';
import { StoreUnavailableError } from '@order-pipeline/platform/dynamo/errors';
import type { Stage } from '@order-pipeline/platform/env';
import type { OperatorConfig } from './config.js';
import { CommandError, EXIT } from './exit.js';

/** Something that commands talk to. */
export interface Dependency {
  readonly name: string;
  /** The variable that says where it is. */
  readonly variable: string;
  readonly address: string;
  /** The variables that name what it holds. */
  readonly resources?: string;
  readonly stage: Stage;
}

/** Describes SQS by its settings. The SDK connects to the host of the queue's URL, whatever its endpoint. */
export function sqsOf({ sqsEndpoint, deadLetterQueueUrl, stage }: OperatorConfig): Dependency {
  const address = new URL(deadLetterQueueUrl).origin;
  const told = sqsEndpoint !== undefined && new URL(sqsEndpoint).origin === address;
  return {
    name: 'SQS',
    variable: told ? 'AWS_ENDPOINT_URL_SQS' : 'SQS_DLQ_URL',
    address,
    resources: 'SQS_QUEUE_URL and SQS_DLQ_URL',
    stage,
  };
}

/** DynamoDB, as the settings have it. */
export function dynamoOf({ dynamoEndpoint, awsRegion, stage }: OperatorConfig): Dependency {
  return {
    name: 'DynamoDB',
    variable: dynamoEndpoint ? 'AWS_ENDPOINT_URL_DYNAMODB' : 'AWS_REGION',
    address: dynamoEndpoint ?? awsRegion,
    resources: 'ORDERS_TABLE, INVENTORY_TABLE and PAYMENTS_TABLE',
    stage,
  };
}

/** The inventory service, as the settings have it. */
export function inventoryOf({ inventoryUrl, stage }: OperatorConfig): Dependency {
  return { name: 'inventory', variable: 'INVENTORY_URL', address: inventoryUrl, stage };
}

/** The payment service, as the settings have it. */
export function paymentOf({ paymentUrl, stage }: OperatorConfig): Dependency {
  return { name: 'payment', variable: 'PAYMENT_URL', address: paymentUrl, stage };
}

/** Redis at `url`, without the URL's credentials. */
export function redisOf(url: string, { stage }: Pick<OperatorConfig, 'stage'>): Dependency {
  return { name: 'Redis', variable: 'REDIS_URL', address: new URL(url).host, stage };
}

const NETWORK_ERRORS: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EPIPE',
  'ETIMEDOUT',
  'TimeoutError',
]);

const MISSING_RESOURCES: ReadonlySet<string> = new Set([
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
  'ResourceNotFoundException',
]);

const REFUSED_IDENTITIES: ReadonlySet<string> = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidClientTokenId',
  'UnrecognizedClientException',
]);

/** An error of an AWS call in the operator's terms; what is no matter of reaching or settings stays as it is. */
export function explainAwsError(error: unknown, dependency: Dependency): unknown {
  if (!(error instanceof Error)) return error;
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  if (NETWORK_ERRORS.has(error.name) || NETWORK_ERRORS.has(String(code)))
    return unreachable(dependency, error);
  if (MISSING_RESOURCES.has(error.name))
    return new CommandError(
      EXIT.config,
      `${at(dependency)} does not have it: check ${dependency.resources}`,
      {
        cause: error,
      },
    );
  if (error.name === 'CredentialsProviderError')
    return new CommandError(EXIT.config, 'there are no AWS credentials: log in, or set AWS_PROFILE', {
      cause: error,
    });
  if (error.name === 'ValidationException')
    return new CommandError(EXIT.failed, `${at(dependency)} refuses the call: ${error.message}`, {
      cause: error,
    });
  if (REFUSED_IDENTITIES.has(error.name))
    return new CommandError(
      EXIT.config,
      `${at(dependency)} refuses these credentials (${error.message}): check AWS_PROFILE and its permissions`,
      { cause: error },
    );
  if (($metadata?.httpStatusCode ?? 0) >= 500) return unreachable(dependency, error);
  return error;
}

/** An error of a call to DynamoDB in the operator's terms; what is no matter of reaching or settings stays as it is. */
export function explainStoreError(error: unknown, dependency: Dependency): unknown {
  if (!(error instanceof StoreUnavailableError)) return explainAwsError(error, dependency);
  const explained = explainAwsError(error.cause, dependency);
  return explained instanceof CommandError ? explained : error;
}

/** An SDK client, as far as errors are concerned. */
interface MiddlewareHolder {
  readonly middlewareStack: {
    add(
      middleware: (next: (args: never) => Promise<unknown>) => (args: never) => Promise<unknown>,
      options: { step: 'initialize'; priority: 'high'; name: string },
    ): void;
  };
}

/** Makes every call of an SDK client fail in the operator's terms, after the SDK's own retries. */
export function explainErrorsOf(client: object, dependency: Dependency): void {
  (client as MiddlewareHolder).middlewareStack.add(
    (next) => async (args) => {
      try {
        return await next(args);
      } catch (error) {
        throw explainAwsError(error, dependency);
      }
    },
    { step: 'initialize', priority: 'high', name: 'explainErrors' },
  );
}

/** Passes when a service answers a call, whatever it says. Throws a CommandError when it cannot be reached. */
export async function checkAnswers(call: Promise<unknown>, dependency: Dependency): Promise<void> {
  try {
    await call;
  } catch (error) {
    if (!(error instanceof ConnectError)) throw error;
    if (error.code !== Code.NotFound && error.code !== Code.InvalidArgument)
      throw unreachable(dependency, error);
  }
}

function at({ name, variable, address }: Dependency): string {
  return `${name} at ${address} (${variable})`;
}

/** Returns the error of a dependency that cannot be reached, which names the variable and the remedy. */
export function unreachable(dependency: Dependency, cause?: unknown): CommandError {
  const remedy =
    dependency.stage === 'local'
      ? 'start the local stack with npm start, or set the variable to where it runs (and STAGE, if you mean another stage)'
      : 'check the variable, and that this machine may connect to it';
  return new CommandError(EXIT.unavailable, `cannot reach ${at(dependency)}: ${remedy}`, { cause });
}
