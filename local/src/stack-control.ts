/**
 * Lets the operations service inject faults into this stack: a server on the loopback interface that asks for a secret, which
 * only the operations service knows.
 */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import {
  CONTROL_TOKEN_HEADER,
  type FaultRequest,
  FaultRequestSchema,
  STACK_FAULTS,
  type StackFault,
  type StackFaultState,
} from '@order-pipeline/contracts/stack-control';
import { closeServer, listen } from '@order-pipeline/platform/listen';
import { LOOPBACK } from './emulators.js';
import type { ServiceName } from './services.js';
import type { Supervisor } from './supervisor.js';

/** Dependencies of a {@link StackControl}. */
export interface StackControlDeps {
  readonly supervisor: Pick<Supervisor, 'crash' | 'revive'>;
  /** True when Redis is a process of the stack. */
  readonly ownRedis: boolean;
  /** Address of the console. */
  readonly consoleUrl: string;
  /** Origins that may call the API besides the console, separated by commas. */
  readonly corsOrigins?: string | undefined;
}

interface Lasting {
  readonly until: number;
  readonly timer: NodeJS.Timeout;
}

/** The process that a fault kills. */
const VICTIMS: Readonly<Partial<Record<StackFault, string>>> = {
  'kill-processor': 'order-processor',
  'kill-scoring': 'scoring',
  'stop-redis': 'redis',
};

const NO_OWN_REDIS = 'Redis is not a process of this stack.';

/** The server, and the faults that last. */
export class StackControl {
  /** Starts the server on a free port. */
  static async start(deps: StackControlDeps): Promise<StackControl> {
    const control = new StackControl(deps);
    control.#port = await listen(control.#server, 0, 'LOCAL_CONTROL_PORT', LOOPBACK);
    return control;
  }

  readonly #deps: StackControlDeps;
  readonly #server: Server;
  readonly #token = randomBytes(24).toString('base64url');
  readonly #slowFile = join(tmpdir(), `order-pipeline-slow-${randomBytes(6).toString('hex')}`);
  readonly #lasting = new Map<StackFault, Lasting>();
  readonly #injections = new Map<StackFault, number>();
  #port = 0;

  private constructor(deps: StackControlDeps) {
    this.#deps = deps;
    this.#server = createServer((request, response) => {
      this.#serve(request, response).catch(() => response.writeHead(400).end());
    });
  }

  /** Settings of the scoring services. */
  get scoringEnvironment(): Record<string, string> {
    return { GATEWAY_SLOW_FILE: this.#slowFile };
  }

  /** Settings of the other services. */
  environmentOf(service: ServiceName): Record<string, string> {
    const { consoleUrl, corsOrigins } = this.#deps;
    if (service === 'order-api') {
      // The console follows orders by the API's event streams, under either name of this machine.
      const origins = [corsOrigins, consoleUrl, consoleUrl.replace('localhost', LOOPBACK)];
      return { CONSOLE_URL: consoleUrl, CORS_ORIGINS: origins.filter(Boolean).join(',') };
    }
    if (service !== 'operations') return {};
    return { LOCAL_CONTROL_URL: `http://${LOOPBACK}:${this.#port}`, LOCAL_CONTROL_TOKEN: this.#token };
  }

  /** Ends every fault and closes the server. */
  async stop(): Promise<void> {
    for (const { timer } of this.#lasting.values()) clearTimeout(timer);
    this.#lasting.clear();
    rmSync(this.#slowFile, { force: true });
    this.#server.closeAllConnections();
    await closeServer(this.#server);
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (!this.#isAllowed(request)) return void response.writeHead(403).end();
    if (request.method === 'POST') {
      const asked = FaultRequestSchema.parse(await json(request));
      if (!this.#isAvailable(asked.fault)) return void response.writeHead(409).end();
      this.#apply(asked);
    }
    response
      .writeHead(200, { 'content-type': 'application/json' })
      .end(JSON.stringify(STACK_FAULTS.map((fault) => this.#stateOf(fault))));
  }

  #isAllowed({ headers }: IncomingMessage): boolean {
    const given = Buffer.from(String(headers[CONTROL_TOKEN_HEADER] ?? ''));
    const token = Buffer.from(this.#token);
    return given.length === token.length && timingSafeEqual(given, token);
  }

  #isAvailable(fault: StackFault): boolean {
    return fault !== 'stop-redis' || this.#deps.ownRedis;
  }

  #apply({ fault, duration_ms, stop }: FaultRequest): void {
    if (stop) {
      this.#end(fault);
      return;
    }
    this.#injections.set(fault, (this.#injections.get(fault) ?? 0) + 1);
    const victim = VICTIMS[fault];
    if (victim !== undefined) this.#deps.supervisor.crash(victim);
    else writeFileSync(this.#slowFile, '');
    if (fault === 'kill-processor' || fault === 'kill-scoring') return;
    clearTimeout(this.#lasting.get(fault)?.timer);
    const timer = setTimeout(() => this.#end(fault), duration_ms);
    this.#lasting.set(fault, { until: Date.now() + duration_ms, timer });
  }

  #end(fault: StackFault): void {
    const lasting = this.#lasting.get(fault);
    if (!lasting) return;
    clearTimeout(lasting.timer);
    this.#lasting.delete(fault);
    if (fault === 'stop-redis') this.#deps.supervisor.revive('redis');
    else rmSync(this.#slowFile, { force: true });
  }

  #stateOf(fault: StackFault): StackFaultState {
    const available = this.#isAvailable(fault);
    return {
      fault,
      until: this.#lasting.get(fault)?.until,
      injections: this.#injections.get(fault) ?? 0,
      available,
      detail: available ? '' : NO_OWN_REDIS,
    };
  }
}
