/** Request and trace of the current work, as they travel with messages and events. */
import type { EventOrigin } from '@order-pipeline/contracts/webhooks';
import { formatTraceparent } from '../tracing/trace-context.js';
import { currentWork } from '../work.js';

/** Returns the request and the span of the current work; nothing outside of any. */
export function currentOrigin(): EventOrigin {
  const { fields, span } = currentWork() ?? {};
  return {
    ...(fields?.request_id !== undefined && { request_id: fields.request_id }),
    ...(span && { traceparent: formatTraceparent(span) }),
  };
}

/** An attribute of a message of SQS or SNS. */
export interface TextAttribute {
  readonly DataType: 'String';
  readonly StringValue: string;
}

/** Returns values as attributes of a message. Undefined and empty ones, which AWS refuses, are left out. */
export function toTextAttributes(
  values: Readonly<Record<string, string | undefined>>,
): Record<string, TextAttribute> {
  return Object.fromEntries(
    Object.entries(values).flatMap(([name, StringValue]) =>
      StringValue ? [[name, { DataType: 'String', StringValue }] as const] : [],
    ),
  );
}

/** Returns the text attributes of a received message. */
export function readTextAttributes(
  attributes: Readonly<Record<string, { readonly StringValue?: string | undefined }>> = {},
): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).flatMap(([name, { StringValue }]) =>
      StringValue ? [[name, StringValue]] : [],
    ),
  );
}
