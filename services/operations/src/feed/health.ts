/** Health of the services, asked by HTTP. */

/** A service whose readiness can be asked. */
export interface WatchedService {
  readonly name: string;
  /** URL of its readiness page. */
  readonly url: string;
}

/** Answer of a service. */
export interface ServiceHealth {
  readonly name: string;
  readonly ready: boolean;
  /** Empty when it is ready. */
  readonly problem: string;
}

const TIMEOUT_MS = 1_500;

/** Checks every service at once. Never rejects. */
export function readHealth(services: readonly WatchedService[]): Promise<ServiceHealth[]> {
  return Promise.all(services.map(async ({ name, url }) => ({ name, ...(await ask(url)) })));
}

async function ask(url: string): Promise<Omit<ServiceHealth, 'name'>> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(TIMEOUT_MS), redirect: 'error' });
    const text = await response.text();
    return response.ok
      ? { ready: true, problem: '' }
      : { ready: false, problem: toProblem(response.status, text) };
  } catch (error) {
    const timedOut = (error as Error).name === 'TimeoutError';
    return { ready: false, problem: timedOut ? 'does not answer' : 'cannot be reached' };
  }
}

/** Names the dependencies that are not ready, where the answer has them. */
function toProblem(status: number, text: string): string {
  try {
    const { checks = {} } = JSON.parse(text) as { checks?: Readonly<Record<string, unknown>> };
    const failing = Object.entries(checks).filter(([, answer]) => answer !== 'ok');
    if (failing.length > 0) return `not ready: ${failing.map(([name]) => name).join(', ')}`;
  } catch {
    // Not a readiness report.
  }
  return `answers ${status}`;
}
