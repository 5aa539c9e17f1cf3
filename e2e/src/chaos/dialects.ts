/** Protocols of the proxied servers: their operations, which of them change something, and their errors. */
import type { IncomingMessage } from 'node:http';

/** An error that a server answers with. */
export interface Refusal {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** A protocol over HTTP. */
export interface HttpDialect {
  /** Returns the name of the operation that a request asks for. */
  readonly operationOf: (request: IncomingMessage, body: Buffer) => string;
  /** Returns true for operations that change something. */
  readonly isWrite: (operation: string) => boolean;
  /** Answers of a server in trouble. */
  readonly refusals: Readonly<Record<'error' | 'throttle', Refusal>>;
}

/** The AWS JSON protocol, with the name of the error for too many requests. */
const awsJson = (throttle: string, reads: RegExp): HttpDialect => ({
  operationOf: ({ headers }) => String(headers['x-amz-target'] ?? '').split('.')[1] ?? '',
  isWrite: (operation) => !reads.test(operation),
  refusals: { error: awsError(500, 'InternalServerError'), throttle: awsError(400, throttle) },
});

function awsError(status: number, name: string): Refusal {
  const body = JSON.stringify({ __type: `com.amazonaws#${name}`, message: 'injected' });
  return { status, type: 'application/x-amz-json-1.0', body };
}

/** SQS. */
export const SQS = awsJson('ThrottlingException', /^(Receive|Get|List)/);
/** DynamoDB. */
export const DYNAMODB = awsJson(
  'ProvisionedThroughputExceededException',
  /^(Get|BatchGet|Query|Scan|Describe|List)/,
);

/** SNS speaks the AWS query protocol. */
export const SNS: HttpDialect = {
  operationOf: (_, body) => new URLSearchParams(body.toString()).get('Action') ?? '',
  isWrite: (operation) => operation.startsWith('Publish'),
  refusals: { error: snsError(500, 'InternalError'), throttle: snsError(400, 'Throttled') },
};

function snsError(status: number, code: string): Refusal {
  const fault = status < 500 ? 'Sender' : 'Receiver';
  const body = `<ErrorResponse><Error><Type>${fault}</Type><Code>${code}</Code><Message>injected</Message></Error></ErrorResponse>`;
  return { status, type: 'text/xml', body };
}

/** Stripe's API. */
export const PROVIDER: HttpDialect = {
  operationOf: ({ method, url }) => `${method} ${url}`,
  isWrite: (operation) => operation.startsWith('POST'),
  refusals: {
    error: stripeError(500, 'api_error'),
    throttle: stripeError(429, 'rate_limit_error'),
  },
};

function stripeError(status: number, type: string): Refusal {
  return { status, type: 'application/json', body: JSON.stringify({ error: { type, message: 'injected' } }) };
}
