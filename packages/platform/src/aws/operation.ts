/** Operations of AWS services, as the SDK describes them. */
import { operation } from '@smithy/core/schema';
import type { OperationSchema, StaticOperationSchema } from '@smithy/types';

/** An operation of a service that speaks AWS JSON 1.0. */
export interface LeanOperation {
  /** `X-Amz-Target`. */
  readonly target: string;
  /** Headers that every call of the service has. */
  readonly headers: Readonly<Record<string, string>>;
  readonly schema: OperationSchema;
  /** The SDK's command, which knows what its endpoint depends on. */
  readonly command: EndpointInstructions;
}

/** A command class of the SDK. */
export interface EndpointInstructions {
  getEndpointParameterInstructions(): object;
}

/** Returns the operation of a command and its schema. */
export function toOperation(
  service: string,
  command: EndpointInstructions,
  schema: StaticOperationSchema,
  headers: Readonly<Record<string, string>> = {},
): LeanOperation {
  const [, namespace, name, traits, input, output] = schema;
  return {
    target: `${service}.${name}`,
    headers,
    command,
    schema: operation(namespace, name, traits, input, output),
  };
}
