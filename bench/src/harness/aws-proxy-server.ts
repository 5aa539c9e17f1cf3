/** Proxy between services and the emulators: counts every AWS request with its billed units, and can add latency. */
import {
  createServer,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { listen } from '@order-pipeline/platform/listen';
import { type AwsCall, AwsMeter, type AwsTotals } from './aws-meter.js';

/** Latency that is added to AWS calls, in milliseconds. */
export interface AwsLatency {
  readonly sqsMs: number;
  readonly dynamoMs: number;
}

/** Options of the proxy. */
export interface AwsProxyOptions extends Partial<AwsLatency> {
  /** Endpoints of the emulators. */
  readonly sqs: string;
  readonly dynamo: string;
}

/** A running proxy. */
export interface AwsProxy {
  readonly port: number;
  /** Returns what was counted since the last call, and starts again from zero. */
  take(): AwsTotals;
  /** Starts to keep every DynamoDB call, or returns the calls that were kept. */
  record(on: boolean): AwsCall[];
}

/** Starts the proxy on a free port. */
export async function startAwsProxy(options: AwsProxyOptions): Promise<AwsProxy> {
  const meter = new AwsMeter();
  const agent = new HttpAgent({ keepAlive: true, maxSockets: 256 });
  let recorded: AwsCall[] | undefined;
  const server = createServer(async (incoming, outgoing) => {
    try {
      const call = await toCall(incoming);
      const dynamo = call.service === 'dynamodb';
      if (dynamo) recorded?.push(call);
      await sleep((dynamo ? options.dynamoMs : options.sqsMs) ?? 0);
      const forwarded = meter.prepare(call);
      const base = dynamo ? options.dynamo : options.sqs;
      const answer = await forward(agent, new URL(incoming.url ?? '/', base), incoming, outgoing, forwarded);
      const body = meter.count(call, answer.status, answer.body);
      outgoing.writeHead(answer.status, {
        'content-type': answer.contentType,
        'content-length': Buffer.byteLength(body),
        'x-amzn-requestid': answer.requestId,
      });
      outgoing.end(body);
    } catch {
      // The caller went away in a long poll, or the emulator did.
      outgoing.destroy();
    }
  });
  server.keepAliveTimeout = 60_000;
  const port = await listen(server, 0, 'a free port', '127.0.0.1');
  return {
    port,
    take: () => meter.take(),
    record: (on) => {
      const calls = recorded ?? [];
      recorded = on ? [] : undefined;
      return calls;
    },
  };
}

/** SNS speaks the query protocol; the others name the operation in a header. */
async function toCall(incoming: IncomingMessage): Promise<AwsCall> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const [prefix = '', operation = ''] = String(incoming.headers['x-amz-target'] ?? '').split('.');
  if (prefix.startsWith('DynamoDB')) return { service: 'dynamodb', operation, body };
  if (prefix === 'AmazonSQS') return { service: 'sqs', operation, body };
  return { service: 'sns', operation: new URLSearchParams(body).get('Action') ?? 'unknown', body };
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
  readonly requestId: string;
}

function forward(
  agent: HttpAgent,
  url: URL,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  body: string,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = { ...incoming.headers, 'content-length': String(Buffer.byteLength(body)) };
    const request = httpRequest(url, { method: incoming.method, headers, agent }, async (response) => {
      try {
        const chunks: Buffer[] = [];
        for await (const chunk of response) chunks.push(chunk);
        resolve({
          status: response.statusCode ?? 500,
          body: Buffer.concat(chunks).toString(),
          contentType: String(response.headers['content-type'] ?? 'application/x-amz-json-1.0'),
          requestId: String(response.headers['x-amzn-requestid'] ?? ''),
        });
      } catch (error) {
        reject(error);
      }
    });
    request.on('error', reject);
    // A long poll ends with its caller, or the emulator would send messages to a closed connection.
    outgoing.once('close', () => {
      if (!outgoing.writableEnded) request.destroy();
    });
    request.end(body);
  });
}
