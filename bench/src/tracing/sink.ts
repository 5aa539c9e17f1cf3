/** Takes spans by OTLP over HTTP and counts those that come as JSON. */
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';

/** A running sink. */
export interface SpanSink {
  readonly endpoint: string;
  /** Spans that came as JSON. */
  readonly spans: number;
  stop(): Promise<void>;
}

interface Export {
  readonly resourceSpans?: readonly {
    readonly scopeSpans?: readonly { readonly spans?: readonly object[] }[];
  }[];
}

/** Starts a sink on a free port of the loopback address. */
export async function startSpanSink(): Promise<SpanSink> {
  let spans = 0;
  const server = createServer(async (request, response) => {
    const body = await buffer(request);
    if (request.headers['content-type'] === 'application/json') {
      const { resourceSpans = [] } = JSON.parse(body.toString()) as Export;
      for (const { scopeSpans = [] } of resourceSpans)
        for (const scope of scopeSpans) spans += scope.spans?.length ?? 0;
    }
    response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
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
