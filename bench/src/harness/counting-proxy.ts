/** The parent's side of the counting proxy. */
import type { AwsCall, AwsTotals } from './aws-meter.js';
import type { ProxyRequest } from './aws-proxy.js';
import type { AwsProxyOptions } from './aws-proxy-server.js';
import { benchProgram, MeasuredProcess } from './measured-process.js';

/** A proxy between services and emulators. */
export class CountingProxy {
  readonly endpoint: string;
  readonly process: MeasuredProcess;

  private constructor(endpoint: string, process: MeasuredProcess) {
    this.endpoint = endpoint;
    this.process = process;
  }

  /** Starts the process and waits until it listens. */
  static async start(options: AwsProxyOptions): Promise<CountingProxy> {
    const process = new MeasuredProcess({
      name: 'AWS proxy',
      program: benchProgram('harness/aws-proxy.js'),
      args: [JSON.stringify(options)],
    });
    const port = await process.ask<number>('proxy:port', 'proxy:port');
    return new CountingProxy(`http://127.0.0.1:${port}`, process);
  }

  /** Returns what was counted since the last call. */
  take(): Promise<AwsTotals> {
    return this.#ask('proxy:take');
  }

  /** Runs `work` and returns the DynamoDB calls that were made meanwhile. */
  async record(work: () => Promise<void>): Promise<AwsCall[]> {
    await this.#ask('proxy:record');
    await work();
    return this.#ask('proxy:recorded');
  }

  async stop(): Promise<void> {
    await this.process.stop();
  }

  #ask<T>(request: ProxyRequest): Promise<T> {
    return this.process.ask<T>(request, request);
  }
}
