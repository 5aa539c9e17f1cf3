/** Operations pages of every process: liveness, readiness and metrics. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { renderMetrics } from './exposition.js';
import type { Registry } from './metrics.js';

/** Checks one dependency; rejects when it cannot be reached. */
export type ReadinessCheck = () => Promise<void>;

/** Result of each dependency's check. */
export interface Readiness {
  readonly status: 'ready' | 'not ready';
  /** `ok`, or the reason why not, by dependency. */
  readonly checks: Readonly<Record<string, string>>;
}

/** Runs all checks at once, each for at most `timeoutMs`. */
export async function checkReadiness(
  checks: Readonly<Record<string, ReadinessCheck>>,
  timeoutMs: number,
): Promise<Readiness> {
  const answers = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await answerOf(check, timeoutMs)] as const),
  );
  const ready = answers.every(([, answer]) => answer === 'ok');
  return { status: ready ? 'ready' : 'not ready', checks: Object.fromEntries(answers) };
}

/** Readiness of a process that stops. */
const STOPPING: Readiness = { status: 'not ready', checks: { process: 'stopping' } };

async function answerOf(check: ReadinessCheck, timeoutMs: number): Promise<string> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  });
  try {
    await Promise.race([check(), late]);
    return 'ok';
  } catch (error) {
    return messageOf(error);
  } finally {
    clearTimeout(timer);
  }
}

/** Options of the operations pages. */
export interface OpsOptions {
  readonly registry: Registry;
  readonly checks: Readonly<Record<string, ReadinessCheck>>;
  /** Aborted by the signal to stop: the process is then not ready, independent of its dependencies. */
  readonly stopping?: AbortSignal | undefined;
  /** Time limit of one readiness check, in milliseconds. */
  readonly checkTimeoutMs?: number;
}

/** Handles `/health`, `/ready` and `/metrics`; returns false for any other path, without touching the response. */
export function createOpsHandler({ registry, checks, stopping, checkTimeoutMs = 2_000 }: OpsOptions) {
  const pages: Readonly<Record<string, (response: ServerResponse, accept?: string) => Promise<void>>> = {
    '/health': async (response) => sendJson(response, 200, { status: 'healthy' }),
    '/ready': async (response) => {
      const readiness = stopping?.aborted ? STOPPING : await checkReadiness(checks, checkTimeoutMs);
      sendJson(response, readiness.status === 'ready' ? 200 : 503, readiness);
    },
    '/metrics': async (response, accept) => {
      const { contentType, text } = await renderMetrics(registry, accept);
      response.writeHead(200, { 'content-type': contentType }).end(text);
    },
  };
  return (request: IncomingMessage, response: ServerResponse): boolean => {
    const page = pages[(request.url ?? '').split('?', 1)[0] ?? ''];
    if (!page || request.method !== 'GET') return false;
    page(response, request.headers.accept).catch((error: unknown) =>
      sendJson(response, 500, { error: messageOf(error) }),
    );
    return true;
  };
}

/** A server of the operations pages alone. */
export function createOpsServer(options: OpsOptions): Server {
  const handle = createOpsHandler(options);
  return createServer((request, response) => {
    if (!handle(request, response)) sendJson(response, 404, { error: 'try /health, /ready or /metrics' });
  });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(`${JSON.stringify(body)}\n`);
}
