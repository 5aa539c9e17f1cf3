/** Reads server-sent events (HTML standard, section 9.2). */

/** One event. */
export interface ServerSentEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
  /** Reconnection delay in milliseconds; undefined while the server set none. */
  readonly retryMs: number | undefined;
}

/** Yields the events of a response body until it ends. Comments and events without data are skipped. */
export async function* readEvents(
  body: ReadableStream<Uint8Array>,
): AsyncGenerator<ServerSentEvent, void, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let buffer = '';
  let retryMs: number | undefined;
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      buffer += decoder.decode(value, { stream: true });
      const blocks = buffer.split(/\r\n\r\n|\n\n|\r\r/);
      buffer = blocks.pop() ?? '';
      for (const block of blocks) {
        const fields = parseBlock(block);
        if (fields.has('retry')) retryMs = Number(fields.get('retry')) || retryMs;
        const data = fields.get('data');
        if (data !== undefined)
          yield { id: fields.get('id'), event: fields.get('event') ?? 'message', data, retryMs };
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function parseBlock(block: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of block.split(/\r\n|\n|\r/)) {
    const colon = line.indexOf(':');
    if (colon === 0 || line === '') continue;
    const name = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    const earlier = name === 'data' ? fields.get('data') : undefined;
    fields.set(name, earlier === undefined ? value : `${earlier}\n${value}`);
  }
  return fields;
}
