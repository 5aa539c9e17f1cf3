/** Turns readiness checks into the status of grpc.health.v1. */
import { checkReadiness, type ReadinessCheck } from '../ops-server.js';
import type { ServiceHealth } from './service-health.js';

/** A repeated check that can be ended. */
export interface ReadinessLoop {
  stop(): void;
}

/** Checks every `intervalMs`; resolves after the first response. */
export async function followReadiness(
  health: ServiceHealth,
  checks: Readonly<Record<string, ReadinessCheck>>,
  intervalMs: number,
  checkTimeoutMs: number,
): Promise<ReadinessLoop> {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  const check = async () => {
    const { status } = await checkReadiness(checks, checkTimeoutMs);
    if (stopped) return;
    health.setReady(status === 'ready');
    timer = setTimeout(check, intervalMs).unref();
  };
  await check();
  return {
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}
