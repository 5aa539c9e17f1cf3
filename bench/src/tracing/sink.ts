/** Takes spans by OTLP over HTTP, as protobuf, and counts them. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';

/** A running sink. */
export interface SpanSink {
  readonly endpoint: string;
  /** Spans that came. */
  readonly spans: number;
  stop(): Promise<void>;
}

/** Starts a sink on a free port of the loopback address. */
export async function startSpanSink(): Promise<SpanSink> {
  let spans = 0;
  const server = createServer(async (request, response) => {
    spans += countSpans(await buffer(request));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    get spans() {
      return spans;
    },
    stop: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Numbers of the fields from a request to its spans: `resource_spans`, `scope_spans`, `spans`. */
const PATH_TO_SPANS = [1, 2, 2];

/** Returns the number of spans in an `ExportTraceServiceRequest`. */
export function countSpans(bytes: Uint8Array, [field, ...rest]: readonly number[] = PATH_TO_SPANS): number {
  if (field === undefined) return 1;
  const reader = new BinaryReader(bytes);
  let count = 0;
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    if (number === field && wireType === WireType.LengthDelimited) count += countSpans(reader.bytes(), rest);
    else reader.skip(wireType);
  }
  return count;
}
