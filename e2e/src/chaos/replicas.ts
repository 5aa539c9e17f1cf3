/** The second process of each service, and the payment provider: next to the local stack, on the same emulators. */
import { fileURLToPath } from 'node:url';
import type { LocalPorts } from '@order-pipeline/local/config';
import { LOOPBACK } from '@order-pipeline/local/emulators';
import { awsEnvironment, resourceEnvironment } from '@order-pipeline/local/environment';
import type { ManagedProcess } from '@order-pipeline/local/managed-process';
import { checkAccepts, checkHttp, untilPasses } from '@order-pipeline/local/ready';
import {
  readyUrl,
  SERVICES,
  type ServiceName,
  serviceEnvironment,
  serviceProgram,
} from '@order-pipeline/local/services';
import { Supervisor } from '@order-pipeline/local/supervisor';
import { e2eEnvironment, freePorts } from '../stack.js';
import { LIMITS, SLOW_PAYMENT_MS } from './environment.js';

const READY_TIMEOUT_MS = 30_000;
const KILL_AFTER_MS = 30_000;
const RESTART_DELAY_MS = 500;

/** Processes that the harness supervises itself. */
export class Replicas {
  readonly #supervisor: Supervisor;

  /** `lines` collects what the processes print. */
  constructor(lines: string[]) {
    this.#supervisor = new Supervisor({
      environment: e2eEnvironment(LIMITS),
      onLine: (part, line) => lines.push(`[${part}] ${line}`),
      say: (line) => lines.push(`[replicas] ${line}`),
      killAfterMs: KILL_AFTER_MS,
      restartDelayMs: RESTART_DELAY_MS,
    });
  }

  /** The processes: the provider, and each service as `NAME-2`. */
  get processes(): ReadonlyMap<string, ManagedProcess> {
    return this.#supervisor.processes;
  }

  /** Aborted when a process does not stay alive. */
  get ended(): AbortSignal {
    return this.#supervisor.ended;
  }

  /** Starts the payment provider. */
  async startProvider(port: number, journalFile: string): Promise<void> {
    // The built program, also when this module runs from its source.
    const program = fileURLToPath(new URL('../../dist/chaos/provider/main.js', import.meta.url));
    const args = [program, String(port), journalFile, String(SLOW_PAYMENT_MS)];
    this.#supervisor.start({ name: 'provider', role: 'service', command: process.execPath, args });
    await untilPasses('the provider', () => checkAccepts(LOOPBACK, port), READY_TIMEOUT_MS, this.ended);
  }

  /** Starts a second process of each service, and returns their ports. */
  async startServices(
    redisPort: number,
    topicArns: Readonly<Record<string, string>>,
    overridesOf: (service: ServiceName) => Record<string, string>,
  ): Promise<LocalPorts> {
    const own = await freePorts();
    for (const name of SERVICES) {
      const overrides = overridesOf(name);
      this.#supervisor.start({
        name: `${name}-2`,
        role: 'service',
        command: process.execPath,
        args: ['--enable-source-maps', serviceProgram(name)],
        env: {
          STAGE: 'local',
          ...awsEnvironment('', ''),
          ...resourceEnvironment({}, topicArns),
          REDIS_URL: `redis://${LOOPBACK}:${redisPort}`,
          ...serviceEnvironment(name, own),
          ...overrides,
        },
      });
    }
    for (const name of SERVICES)
      await untilPasses(`${name}-2`, () => checkHttp(readyUrl(name, own)), READY_TIMEOUT_MS, this.ended);
    return own;
  }

  async stop(): Promise<void> {
    await this.#supervisor.stop();
  }
}
