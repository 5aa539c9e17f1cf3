/** The processes of a run, and what happens to them. */
import { LoadBalancer } from '../actors/http.js';
import { Recorder } from '../actors/recorder.js';
import type { Cloud } from '../cloud/cloud.js';
import { runIn } from '../kernel/context.js';
import type { Machine } from '../kernel/machine.js';
import type { Plan } from '../plan/plan.js';
import { startApi } from '../processes/api.js';
import { startProcessor } from '../processes/processor.js';
import { startScoring } from '../processes/scoring.js';

/** A machine's name without its number. */
type Role = keyof Plan['machines'];

/** Time limit of a stop before the process is killed, in milliseconds. */
const STOP_TIMEOUT_MS = 25_000;

/** Time from the end of an old process to the start of a new one, in milliseconds. */
const START_MS = 500;

/** Starts, kills and restarts the services of a plan. */
export class SimSystem {
  readonly recorder = new Recorder();
  readonly balancer: LoadBalancer;
  readonly #stops = new Map<string, () => Promise<void>>();

  readonly cloud: Cloud;
  readonly plan: Plan;

  constructor(cloud: Cloud, plan: Plan) {
    this.cloud = cloud;
    this.plan = plan;
    this.balancer = new LoadBalancer(cloud);
  }

  /** Starts one process on every machine. */
  startAll(): void {
    for (const [role, count] of Object.entries(this.plan.machines))
      for (let index = 1; index <= count; index += 1) this.start(`${role}-${index}`);
  }

  /** Starts the process of a machine, unless one runs. */
  start(name: string): void {
    const { world } = this.cloud;
    const machine = world.machine(name);
    if (machine.process) return;
    const role = name.split('-')[0] as Role;
    world.start(machine, () => {
      if (role === 'api') this.balancer.add(startApi(this.cloud));
      else if (role === 'scoring') startScoring(this.cloud);
      else this.#stops.set(name, startProcessor(this.cloud, this.plan.settings).stop);
    });
  }

  /** Kills a machine's process; another starts after `downMs`. */
  crash(name: string, downMs: number): void {
    const { world } = this.cloud;
    world.crash(world.machine(name));
    world.later(downMs, () => this.start(name));
  }

  /** Stops a processor as SIGTERM does; any other process is simply gone. */
  terminate(name: string): void {
    const { world } = this.cloud;
    const machine = world.machine(name);
    const { process } = machine;
    const stop = this.#stops.get(name);
    if (!process || !stop) {
      this.crash(name, START_MS);
      return;
    }
    const gone = () => this.#replace(machine, process);
    runIn({ process, random: world.random(`${process.name}/stop`) }, () => void stop().then(gone));
    world.later(STOP_TIMEOUT_MS, gone);
  }

  #replace(machine: Machine, process: Machine['process']): void {
    if (machine.process === process) this.crash(machine.name, START_MS);
  }
}
