/** Sends the requests of a streaming call. */
import { Code, ConnectError } from '@connectrpc/connect';
import { status } from '@grpc/grpc-js';
import type { GrpcCall } from './call.js';

/** The sending half of a call. */
export interface SentRequests {
  /** Set when the caller's iterable or one of its requests was at fault: the call was canceled because of it. */
  readonly error: ConnectError | undefined;
  /** Stops reading requests, and lets the caller's iterable clean up. */
  stop(): void;
}

/** Sends requests in the background, each when the one before it has been written, and then closes the sending half. */
export function sendRequests<T>(
  call: GrpcCall,
  input: AsyncIterable<T>,
  encode: (message: T) => Buffer,
): SentRequests {
  const requests = input[Symbol.asyncIterator]();
  let error: ConnectError | undefined;
  let stopped = false;
  const stop = () => {
    if (stopped) return;
    stopped = true;
    requests.return?.().catch(() => undefined);
  };
  const send = async () => {
    while (!stopped) {
      const { done, value } = await requests.next();
      if (stopped) return;
      if (done) {
        stopped = true;
        call.halfClose();
      } else if (!(await write(call, encode(value)))) stop();
    }
  };
  send().catch((cause: unknown) => {
    if (stopped) return;
    error = ConnectError.from(cause, Code.Internal);
    stop();
    call.cancelWithStatus(status.CANCELLED, 'the requests failed');
  });
  return {
    get error() {
      return error;
    },
    stop,
  };
}

/** Resolves to false when the call takes no more requests. */
function write(call: GrpcCall, bytes: Buffer): Promise<boolean> {
  return new Promise((resolve) => {
    call.sendMessageWithContext({ callback: (error) => resolve(!error) }, bytes);
  });
}
