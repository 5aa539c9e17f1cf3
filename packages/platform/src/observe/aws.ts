/** Observes every call of an SQS or SNS client. */
import type { SNSClient } from '@aws-sdk/client-sns';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { Registry } from '../metrics.js';
import { CallObserver, type DependencyName } from './calls.js';

/** Measures the client's calls, and records a span for each. Returns the client. */
export function observeAws<C extends SQSClient | SNSClient>(
  client: C,
  dependency: DependencyName & ('sqs' | 'sns'),
  registry: Registry,
): C {
  const observer = new CallObserver(registry);
  const callOf = (operation: string) =>
    observer.prepare(operation, () => ({
      dependency,
      operation,
      waiting: operation === 'ReceiveMessage',
      attributes: {
        'rpc.system': 'aws-api',
        'rpc.service': dependency.toUpperCase(),
        'rpc.method': operation,
      },
    }));
  // Outside of the SDK's retries. The stacks of both clients have the same shape and no common type.
  (client as SQSClient).middlewareStack.add(
    (next, context) => {
      const call = callOf(String(context.commandName).replace(/Command$/, ''));
      return (args) => call.run(() => next(args));
    },
    { step: 'initialize', name: 'observeCalls', priority: 'high' },
  );
  return client;
}
