/** A real API on a free port, and shorthands to talk to it. */

import type { TestStack } from '@order-pipeline/local/test-stack';
import { createLogger } from '@order-pipeline/platform/logger';
import { loadConfig } from '../src/config.js';
import { start } from '../src/start.js';

/** A running API. */
export interface TestApi {
  readonly url: string;
  /** Everything that was logged, as text. */
  logs(): string;
  stop(): Promise<void>;
}

/** Starts an API on the stack; `env` adds to and overrides the stack's settings. */
export async function startApi(
  stack: TestStack,
  env: Readonly<Record<string, string>> = {},
): Promise<TestApi> {
  let logs = '';
  const logger = createLogger('order-api', 'info', {
    write: (line: string) => {
      logs += line;
    },
  });
  const running = await start(
    loadConfig({ ...stack.env, PORT: '0', LOGIN_RATE_LIMIT: '100000/minute', ...env }),
    logger,
  );
  return { url: `http://localhost:${running.port}`, logs: () => logs, stop: () => running.stop() };
}

/** An answer with its body read. */
export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: answers are checked field by field
  readonly body: any;
}

/** Sends a request; a `json` body is encoded, anything else goes as `init` says. */
export async function call(
  url: string,
  { json, ...init }: RequestInit & { json?: unknown } = {},
): Promise<Answer> {
  const response = await fetch(url, {
    ...init,
    ...(json !== undefined && {
      method: init.method ?? 'POST',
      body: JSON.stringify(json),
      headers: { 'Content-Type': 'application/json', ...init.headers },
    }),
  });
  const text = await response.text();
  const isJson = /json/.test(response.headers.get('content-type') ?? '');
  return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
}

/** Logs a user in and answers the header field that proves it. */
export async function logIn(api: TestApi, userId: string): Promise<{ Authorization: string }> {
  const { body } = await call(`${api.url}/login`, { json: { user_id: userId } });
  return { Authorization: `Bearer ${body.access_token}` };
}

/** Places an order. */
export async function order(api: TestApi, headers: Record<string, string>, body: object): Promise<Answer> {
  return call(`${api.url}/orders`, { json: body, headers });
}
