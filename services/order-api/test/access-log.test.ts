/** Requests that are late on purpose are marked, so that they raise no alarm on latency. */
import { describe, expect, test } from '@jest/globals';
import { call, placeOrder, putRecord, toRecord } from './harness.js';
import { api, stack } from './running-api.js';

/** The access log's line of a request, once the request has been logged. */
async function lineOf(requestId: string): Promise<Record<string, unknown>> {
  for (;;) {
    const line = api
      .logs()
      .split('\n')
      .find((text) => text.includes(requestId) && text.includes('duration_ms'));
    if (line) return JSON.parse(line);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

describe('the access log and the histogram', () => {
  test.each([
    ['a poll', '', {}, 'false'],
    ['a poll that waits', '', { Prefer: 'wait=1' }, 'true'],
    ['an event stream', '/events', {}, 'true'],
  ])('%s', async (what, suffix, headers, waiting) => {
    const { body } = await placeOrder(api, 'waiting');
    await putRecord(stack, toRecord(body.order_id, 'waiting', { status: 'COMPLETED' }));
    const [path, query] = body.poll_url.split('?');
    const requestId = `access-${what.replaceAll(' ', '-')}`;
    const answer = await call(`${path}${suffix}?${query}`, {
      headers: { ...headers, 'X-Request-ID': requestId },
    });
    expect(answer.status).toBe(200);
    const line = await lineOf(requestId);
    expect(line).toMatchObject({ method: 'GET', duration_ms: expect.any(Number) });
    expect(String(line.waiting ?? false)).toBe(waiting);
    const { body: metrics } = await call(`${api.url}/metrics`);
    const route = String(line.route);
    expect(metrics).toContain(
      `http_request_duration_seconds_count{method="GET",route="${route}",status="200",waiting="${waiting}"}`,
    );
  });
});
