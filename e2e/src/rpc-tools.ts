/** Three ways to call the services that share no code: a plain grpc-js client, a Connect client, and buf curl. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import {
  type DescMethodUnary,
  type DescService,
  fromBinary,
  fromJson,
  type JsonObject,
  type JsonValue,
  toJson,
} from '@bufbuild/protobuf';
import { ConnectError, type Transport } from '@connectrpc/connect';
import { createConnectTransport } from '@connectrpc/connect-node';
import {
  credentials,
  loadPackageDefinition,
  type ServiceClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { loadSync, type Options } from '@grpc/proto-loader';
import { BadRequestSchema } from '@order-pipeline/contracts/gen/google/rpc/error_details_pb';
import { StatusSchema } from '@order-pipeline/contracts/gen/google/rpc/status_pb';
import { codeLabel } from '@order-pipeline/platform/rpc/codes';
import { fieldViolationsOf } from '@order-pipeline/platform/rpc/validation';

/** Outcome of a call, in the same terms for every tool. */
export type Outcome =
  | { readonly answer: JsonValue }
  | { readonly code: string; readonly message: string; readonly fields: readonly string[] };

/** A tool that calls any method with a request in protobuf JSON. */
export type RpcTool = (service: DescService, method: string, request: JsonObject) => Promise<Outcome>;

const ROOT = new URL('../../', import.meta.url);

/** Time limit of a call, in milliseconds. */
const TIMEOUT_MS = 20_000;

/** grpc-js with messages that its own loader reads from proto/. */
export function createPlainTool(port: number): RpcTool {
  return async (service, method, request) => {
    const client = new (loadClient(service))(`127.0.0.1:${port}`, credentials.createInsecure());
    try {
      return await new Promise((resolve) => {
        const settle = (error: ServiceError | null, answer: JsonValue) =>
          resolve(error ? fromServiceError(error) : { answer });
        client[method]?.(toLoaded(request), { deadline: Date.now() + TIMEOUT_MS }, settle);
      });
    } finally {
      client.close();
    }
  };
}

function loadClient(service: DescService): ServiceClientConstructor {
  const options: Options = {
    includeDirs: [fileURLToPath(new URL('proto', ROOT))],
    longs: String,
    enums: String,
  };
  const file = `${service.file.name}.proto`;
  const [packageName = '', version = '', name = ''] = service.typeName.split('.');
  const loaded = loadPackageDefinition(loadSync(file, options)) as unknown as Record<
    string,
    Record<string, Record<string, ServiceClientConstructor>>
  >;
  const client = loaded[packageName]?.[version]?.[name];
  if (!client) throw new Error(`proto/ does not describe ${service.typeName}`);
  return client;
}

/** Protobuf JSON writes moments as text, proto-loader as a message. */
function toLoaded(request: JsonObject): JsonObject {
  const moments = ['notAfter', 'requestedAt'];
  return Object.fromEntries(
    Object.entries(request).map(([name, value]) => [
      name,
      moments.includes(name) ? { seconds: Math.floor(Date.parse(String(value)) / 1000) } : value,
    ]),
  );
}

function fromServiceError(error: ServiceError): Outcome {
  const [bytes] = error.metadata.get('grpc-status-details-bin');
  const details = bytes instanceof Buffer ? fromBinary(StatusSchema, bytes).details : [];
  return {
    code: status[error.code].toLowerCase(),
    message: error.details,
    fields: details.flatMap(({ value }) => fieldsOf(value)),
  };
}

function fieldsOf(badRequest: Uint8Array): string[] {
  return fromBinary(BadRequestSchema, badRequest).fieldViolations.map(({ field }) => field);
}

/** A Connect client that speaks JSON over HTTP/1.1. */
export function createJsonTool(port: number): RpcTool {
  const baseUrl = `http://127.0.0.1:${port}`;
  const transport = createConnectTransport({ baseUrl, httpVersion: '1.1', useBinaryFormat: false });
  return async (service, method, request) => {
    const desc = service.methods.find(({ name }) => name === method) as DescMethodUnary;
    try {
      return { answer: await callJson(transport, desc, request) };
    } catch (error) {
      const { code, rawMessage } = ConnectError.from(error);
      return {
        code: codeLabel(code),
        message: rawMessage,
        fields: fieldViolationsOf(error).map(({ field }) => field),
      };
    }
  };
}

async function callJson(
  transport: Transport,
  method: DescMethodUnary,
  request: JsonObject,
): Promise<JsonValue> {
  const input = fromJson(method.input, request);
  const { message } = await transport.unary(method, undefined, TIMEOUT_MS, undefined, input);
  return toJson(method.output, message);
}

/** Creates a client that calls by buf curl and gRPC, with the schema from reflection. */
export function createBufTool(port: number): RpcTool {
  const buf = fileURLToPath(new URL('node_modules/.bin/buf', ROOT));
  return async (service, method, request) => {
    const url = `http://127.0.0.1:${port}/${service.typeName}/${method}`;
    const options = ['--protocol', 'grpc', '--http2-prior-knowledge', '-d', JSON.stringify(request)];
    const child = spawn(buf, ['curl', ...options, url]);
    let [output, errors] = ['', ''];
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    child.stderr.on('data', (chunk) => {
      errors += chunk;
    });
    const [exitCode] = await once(child, 'close');
    if (exitCode === 0) return { answer: JSON.parse(output) };
    const { code, message, details = [] } = JSON.parse(errors);
    const fields = details.flatMap(({ value }: { value: string }) => fieldsOf(Buffer.from(value, 'base64')));
    return { code, message, fields };
  };
}
