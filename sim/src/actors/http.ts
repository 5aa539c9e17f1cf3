/** HTTP between clients and the API processes. */
import type { Cloud } from '../cloud/cloud.js';
import { runIn } from '../kernel/context.js';
import { draw } from '../kernel/random.js';
import type { ApiAnswer, ApiProcess } from '../processes/api.js';

/** The load balancer in front of the API. */
export class LoadBalancer {
  readonly #processes = new Map<string, ApiProcess>();

  readonly #cloud: Cloud;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** Registers the machine's new process. */
  add(process: ApiProcess): void {
    this.#processes.set(process.context.process.machine.name, process);
  }

  /** Makes a call of the running client. Rejects when there is no answer within its patience. */
  call<T>(
    name: string,
    patienceMs: number,
    run: (api: ApiProcess) => Promise<ApiAnswer<T>>,
  ): Promise<ApiAnswer<T>> {
    const { world, network } = this.#cloud;
    const alive = [...this.#processes.values()].filter(({ context }) => context.process.alive);
    const api = alive[Math.floor(draw(world.seed, `route/${name}`) * alive.length)];
    if (!api)
      return Promise.resolve({ status: 502, problem: { type: 'about:blank', detail: 'Bad Gateway' } });
    const { process } = api.context;
    return network.call<ApiAnswer<T>>({
      target: 'http',
      label: `${name} at ${process.name}`,
      key: name,
      timeoutMs: patienceMs,
      latencyMs: [5, 60],
      execute: () =>
        new Promise((resolve, reject) => {
          const context = { process, random: world.random(`${process.name}/${name}`) };
          world.after(0, () => runIn(context, () => void run(api).then(resolve, reject)), context);
        }),
      toTimeout: () => new Error('no answer'),
      toServerError: () => new Error('no answer'),
    });
  }
}
