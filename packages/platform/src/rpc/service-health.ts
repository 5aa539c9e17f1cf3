/** Health of each service of a process: that of the process, and that of what this service alone depends on. */
import type { HealthService } from 'connect-grpc-js/health';
import type { RpcService } from './service.js';

/** Sets the health of a process, and follows the statuses of its services. */
export class ServiceHealth {
  readonly #health: HealthService;
  readonly #services: readonly RpcService[];
  #ready = false;

  constructor(health: HealthService, services: readonly RpcService[]) {
    this.#health = health;
    this.#services = services;
    for (const { status } of services) status?.onChange(() => this.#publish());
  }

  /** Sets whether the process is ready. A service is SERVING when its process is ready and its own status allows it. */
  setReady(ready: boolean): void {
    this.#ready = ready;
    this.#publish();
  }

  #publish(): void {
    this.#health.setServing(this.#ready, '');
    for (const { service, status } of this.#services)
      this.#health.setServing(this.#ready && (status?.isServing ?? true), service.typeName);
  }
}
