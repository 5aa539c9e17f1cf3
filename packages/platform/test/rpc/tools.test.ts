import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Code, type HandlerContext } from '@connectrpc/connect';
import {
  type ClientUnaryCall,
  credentials,
  loadPackageDefinition,
  type ServiceClientConstructor,
  type ServiceError,
  status,
} from '@grpc/grpc-js';
import { loadFileDescriptorSetFromBuffer } from '@grpc/proto-loader';
import { describe, expect, test } from '@jest/globals';
import { type EchoMessageSchema, EchoService } from './echo-service.js';
import { atEnd, serve, until, untilAborted } from './support.js';

/** A call that a tool has begun. */
interface ToolCall {
  /** The code that the tool reports; `ok` for a response. */
  readonly code: Promise<string>;
  /** Cancels the call. */
  cancel(): void;
}

/** Tools that are independent of this code: the plain gRPC library of Node, and buf. */
const TOOLS: Readonly<Record<string, (port: number, timeoutMs: number) => ToolCall>> = {
  'a plain grpc-js client': (port, timeoutMs) => {
    const client = new (loadEcho())(`127.0.0.1:${port}`, credentials.createInsecure());
    atEnd(() => client.close());
    const ended = Promise.withResolvers<string>();
    const call = client.Echo?.({}, { deadline: Date.now() + timeoutMs }, (error: ServiceError | null) =>
      ended.resolve(error ? String(status[error.code]) : 'OK'),
    ) as ClientUnaryCall;
    return { code: ended.promise, cancel: () => call.cancel() };
  },
  'buf curl': (port, timeoutMs) => {
    const url = `http://127.0.0.1:${port}/test.v1.EchoService/Echo`;
    const options = ['--protocol', 'grpc', '--http2-prior-knowledge', '--timeout', `${timeoutMs}ms`];
    // The npm package starts the binary as a child of its own: both are one group, to be interrupted like a Ctrl-C.
    const child = spawn('node_modules/.bin/buf', ['curl', ...options, '-d', '{}', url], { detached: true });
    return { code: codeFrom(child), cancel: () => process.kill(-Number(child.pid), 'SIGINT') };
  },
};

function loadEcho(): ServiceClientConstructor {
  const set = toBinary(
    FileDescriptorSetSchema,
    create(FileDescriptorSetSchema, { file: [EchoService.file.proto] }),
  );
  const { test } = loadPackageDefinition(loadFileDescriptorSetFromBuffer(Buffer.from(set))) as unknown as {
    test: { v1: { EchoService: ServiceClientConstructor } };
  };
  return test.v1.EchoService;
}

/** buf exits with the code times eight: https://buf.build/docs/reference/cli/buf/curl */
async function codeFrom(child: ChildProcess): Promise<string> {
  child.stdout?.resume();
  child.stderr?.resume();
  const [exitCode] = await once(child, 'exit');
  return exitCode === null ? 'interrupted' : String(status[exitCode / 8]);
}

describe.each(Object.entries(TOOLS))('%s', (_, call) => {
  const serveHanging = async () => {
    const contexts: HandlerContext[] = [];
    const server = await serve({
      echo: (_request, context): Promise<MessageInitShape<typeof EchoMessageSchema>> => {
        contexts.push(context);
        return untilAborted(context.signal);
      },
    });
    return { server, contexts };
  };

  test('is answered', async () => {
    const server = await serve({ echo: () => ({}) });
    expect(await call(server.grpcPort, 10_000).code).toBe('OK');
  });

  test('has its deadline kept, and the service learns of it', async () => {
    const { server, contexts } = await serveHanging();
    expect(await call(server.grpcPort, 1_500).code).toBe('DEADLINE_EXCEEDED');
    // Both sides keep the time: the service's call ends by its own clock or by the caller's, whichever is first.
    await until(() => contexts[0]?.signal.aborted === true);
  });

  test('can cancel, which aborts the signal of the service', async () => {
    const { server, contexts } = await serveHanging();
    const { code, cancel } = call(server.grpcPort, 30_000);
    await until(() => contexts.length > 0);
    cancel();
    await until(() => contexts[0]?.signal.aborted === true);
    expect(contexts[0]?.signal.reason).toMatchObject({ code: Code.Canceled });
    expect(await code).not.toBe('OK');
  });
});
