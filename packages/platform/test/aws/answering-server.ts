/** A server in place of AWS: records requests, checks their signatures and sends scripted responses. */
import { createHash, createHmac } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { SignatureV4 } from '@smithy/signature-v4';
import type { Checksum, SourceData } from '@smithy/types';
import { closeServer, listen } from '../../src/listen.js';

/** A request as it arrived. */
export interface SeenRequest {
  readonly headers: Readonly<Record<string, string>>;
  readonly path: string;
  readonly body: string;
  readonly signatureIsValid: boolean;
}

/** Response to one request: a message, or a broken connection. */
export type Answer =
  | {
      readonly status: number;
      readonly body: object | string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | 'reset'
  | 'hang-up'
  | 'cut-short'
  | 'silence';

/** A running server. */
export interface AnsweringServer {
  readonly endpoint: string;
  /** Responses to the next requests, in order; the last one stays. */
  answers: Answer[];
  readonly requests: SeenRequest[];
  stop(): Promise<void>;
}

/** SHA-256 as the SDK's signer takes it. */
class Sha256 implements Checksum {
  readonly #hash;
  constructor(secret?: SourceData) {
    this.#hash = secret === undefined ? createHash('sha256') : createHmac('sha256', secret as string);
  }
  update(data: Uint8Array): void {
    this.#hash.update(data);
  }
  reset(): void {
    throw new Error('a hash is used once');
  }

  async digest(): Promise<Uint8Array> {
    return this.#hash.digest();
  }
}

/** Starts the server. Credentials are those of the environment. */
export async function startAnsweringServer(service: string): Promise<AnsweringServer> {
  const requests: SeenRequest[] = [];
  const state: { answers: Answer[] } = { answers: [] };
  const server = createServer(async (incoming, outgoing) => {
    requests.push(await see(incoming, service));
    const answer = state.answers.length > 1 ? state.answers.shift() : state.answers[0];
    respond(incoming, outgoing, answer ?? { status: 200, body: {} });
  });
  const port = await listen(server, 0, 'PORT');
  return {
    endpoint: `http://127.0.0.1:${port}`,
    requests,
    get answers() {
      return state.answers;
    },
    set answers(answers) {
      state.answers = [...answers];
    },
    stop: async () => {
      server.closeAllConnections();
      await closeServer(server);
    },
  };
}

function respond(incoming: IncomingMessage, outgoing: ServerResponse, answer: Answer): void {
  if (answer === 'reset') return void incoming.socket.resetAndDestroy();
  if (answer === 'silence') return;
  if (answer === 'hang-up') return void incoming.socket.end();
  if (answer === 'cut-short') {
    outgoing.writeHead(200, { 'content-length': '100' }).write('{');
    return void setImmediate(() => incoming.socket.end());
  }
  const { status, body, headers = {} } = answer;
  outgoing.writeHead(status, {
    'content-type': 'application/x-amz-json-1.0',
    'x-amzn-requestid': 'REQUEST-1',
    ...headers,
  });
  outgoing.end(typeof body === 'string' ? body : JSON.stringify(body));
}

async function see(incoming: IncomingMessage, service: string): Promise<SeenRequest> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  const body = Buffer.concat(chunks).toString();
  const headers = incoming.headers as Record<string, string>;
  const path = incoming.url ?? '';
  return { headers, path, body, signatureIsValid: await verify(headers, path, body, service) };
}

/** Signs the request again, over the headers that it names as signed. */
async function verify(
  headers: Readonly<Record<string, string>>,
  path: string,
  body: string,
  service: string,
): Promise<boolean> {
  const authorization = headers.authorization ?? '';
  const names = /SignedHeaders=([^,]+)/.exec(authorization)?.[1]?.split(';') ?? [];
  const given = Object.fromEntries(names.map((name) => [name, headers[name] ?? '']));
  const { 'x-amz-date': time = '', 'x-amz-security-token': _, ...signedHeaders } = given;
  const date = time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, '$1-$2-$3T$4:$5:$6Z');
  const signer = new SignatureV4({
    service,
    region: 'us-east-1',
    sha256: Sha256,
    credentials: {
      accessKeyId: process.env.AWS_ACCESS_KEY_ID ?? '',
      secretAccessKey: process.env.AWS_SECRET_ACCESS_KEY ?? '',
      ...(process.env.AWS_SESSION_TOKEN && { sessionToken: process.env.AWS_SESSION_TOKEN }),
    },
  });
  const request = {
    method: 'POST',
    protocol: 'http:',
    hostname: '127.0.0.1',
    path,
    headers: signedHeaders,
    body,
  };
  const signed = await signer.sign(request, { signingDate: new Date(date) });
  return signed.headers.authorization === authorization;
}
