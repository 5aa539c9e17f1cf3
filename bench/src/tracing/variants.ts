/** Variants of the tracing scenario: pairs of processor and scoring that differ in their tracing only. */
import { THIS_BUILD } from '../harness/builds.js';
import {
  type ProcessCpu,
  type ProcessSample,
  type ProcessTarget,
  startBuild,
  toSample,
} from '../process/variants.js';
import type { BenchOptions } from '../scenario.js';

/** Variant whose modules were loaded as if they had no tracing. */
export const WITHOUT = 'without code';
/** Variant as it is configured by default. */
export const OFF = 'off';
/** Variant that records a tenth of the traces, as their messages say. */
export const TENTH = 'a tenth';

/** Share of the orders whose messages ask to be recorded; only the last variant does. */
const SAMPLED_SHARE = 0.1;

/** Ten times as often as by default, so that each round pays for exports. */
const EXPORT_INTERVAL_MS = '500';

/** A pair of processes that is measured without a gap. */
export class TracedPair {
  readonly name: string;
  readonly #target: ProcessTarget;
  #last: ProcessCpu | undefined;

  constructor(target: ProcessTarget) {
    this.name = target.name;
    this.#target = target;
  }

  /**
   * Drains a backlog. The sample is the CPU time since the end of the one before, so that nothing is left out that the processes
   * do meanwhile, such as exports.
   */
  async drain(orders: number): Promise<ProcessSample> {
    const { ordersPerSecond } = await this.#target.drain({ orders, lines: 1, sampledShare: SAMPLED_SHARE });
    const last = this.#last;
    this.#last = await this.#target.cpu();
    return { ...toSample(last ?? this.#last, this.#last, orders), ordersPerSecond };
  }

  /** Ends the processes. */
  async stop(): Promise<void> {
    await this.#target.stop();
  }
}

/** Starts one pair of each variant. `endpoint` takes the spans. */
export async function startPairs(options: BenchOptions, endpoint: string): Promise<TracedPair[]> {
  const without = new URL('./without-tracing.js', import.meta.url).href;
  const env = { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint, OTEL_BSP_SCHEDULE_DELAY: EXPORT_INTERVAL_MS };
  const variants = [
    { name: WITHOUT, settings: { execArgv: ['--import', without] } },
    { name: OFF, settings: {} },
    { name: TENTH, settings: { env } },
  ];
  const pairs: TracedPair[] = [];
  try {
    for (const { name, settings } of variants)
      pairs.push(new TracedPair(await startBuild({ ...THIS_BUILD, name }, options, settings)));
    return pairs;
  } catch (error) {
    await Promise.all(pairs.map((pair) => pair.stop()));
    throw error;
  }
}
