/** An HTTP proxy in front of SQS that loses, fails or rewrites answers to SendMessageBatch. */
import { createServer, type Server } from 'node:http';
import { text } from 'node:stream/consumers';
import { closeServer, listen } from '@order-pipeline/platform/listen';

/**
 * Fate of one SendMessageBatch call. `pass`: forwarded and answered. `lose-answer`: SQS takes it, then the connection is
 * reset. `take-then-500`: SQS takes it and the client gets a 500. `refuse`: not forwarded, HTTP 400. `unreachable`: not
 * forwarded, HTTP 503. `hang`: not forwarded, never answered.
 */
export type SendFate = 'pass' | 'lose-answer' | 'take-then-500' | 'refuse' | 'unreachable' | 'hang';

/** The response of SendMessageBatch. */
export interface BatchAnswer {
  Successful?: { Id: string }[];
  Failed?: { Id: string; SenderFault: boolean; Code: string; Message?: string }[];
}

/** A running proxy. */
export interface UnreliableSqs {
  readonly endpoint: string;
  /** Fates of the next calls, in order; calls beyond the list pass. */
  fates: SendFate[];
  /** Applied to responses that pass. */
  rewrite: (answer: BatchAnswer) => BatchAnswer;
  /** Bodies of all SendMessageBatch calls that arrived. */
  readonly calls: string[];
  stop(): Promise<void>;
}

/** Starts the proxy on a free port. */
export async function startUnreliableSqs(target: string): Promise<UnreliableSqs> {
  const proxy = { fates: [] as SendFate[], rewrite: (answer: BatchAnswer) => answer, calls: [] as string[] };
  const server: Server = createServer(async (request, response) => {
    const body = await text(request);
    const isSend = String(request.headers['x-amz-target']).endsWith('SendMessageBatch');
    if (isSend) proxy.calls.push(body);
    const fate = isSend ? (proxy.fates.shift() ?? 'pass') : 'pass';
    const fail = (status: number, type: string) => {
      response.writeHead(status, { 'Content-Type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify({ __type: type, message: type }));
    };
    if (fate === 'hang') return;
    if (fate === 'refuse') return fail(400, 'com.amazonaws.sqs#InvalidMessageContents');
    if (fate === 'unreachable') return fail(503, 'com.amazonaws.sqs#ServiceUnavailable');
    const answer = await forward(`${target}${request.url}`, request.headers, body);
    if (fate === 'lose-answer') return request.socket.destroy();
    if (fate === 'take-then-500') return fail(500, 'com.amazonaws.sqs#InternalFailure');
    const payload = isSend ? JSON.stringify(proxy.rewrite(JSON.parse(answer.text))) : answer.text;
    response.writeHead(answer.status, { 'Content-Type': 'application/x-amz-json-1.0' });
    response.end(payload);
  });
  const port = await listen(server, 0, 'PORT');
  const stop = async () => {
    server.closeAllConnections();
    await closeServer(server);
  };
  return Object.assign(proxy, { endpoint: `http://127.0.0.1:${port}`, stop });
}

async function forward(url: string, headers: NodeJS.Dict<string | string[]>, body: string) {
  const kept = ['x-amz-target', 'content-type', 'authorization', 'x-amz-date'];
  const response = await fetch(url, {
    method: 'POST',
    body,
    headers: Object.fromEntries(
      kept.flatMap((name) => (headers[name] ? [[name, String(headers[name])]] : [])),
    ),
  });
  return { status: response.status, text: await response.text() };
}
