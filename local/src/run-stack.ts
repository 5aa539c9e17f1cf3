/** The stack as a program: what it prints, the signals it heeds, how it exits. */
import type { EventEmitter } from 'node:events';
import { EXIT_CONFIG } from '@order-pipeline/contracts/exit-codes';
import { ConfigError, type Environment } from '@order-pipeline/platform/env';
import { type LocalPorts, loadLocalConfig } from './config.js';
import { findGrafanaHome, isOnPath, writeObservabilityFiles } from './observability/files.js';
import {
  OBSERVABILITY_PORT_VARIABLES,
  type ObservabilityPlan,
  type ObservabilityPorts,
  planObservability,
  readObservabilityPorts,
} from './observability/plan.js';
import { checkPortsFree } from './ports.js';
import { LocalStack } from './stack.js';

/** Process functions that the program depends on. */
export interface StackHost extends Pick<EventEmitter, 'on'> {
  readonly env: Environment;
  readonly stdout: { write(text: string): unknown };
  readonly stderr: { write(text: string): unknown };
  /** Destination of every line of the processes, unchanged. */
  readonly log?: { write(text: string): unknown };
  /** Makes a printed line of a line of a process; the line itself by default. */
  readonly format?: (line: string) => string;
}

/** Options of the program. */
export interface RunOptions {
  /** Folder for the files and data of Prometheus and Grafana, which run alongside the stack; neither runs without it. */
  readonly observabilityFolder?: string;
}

/**
 * Runs the stack until a signal, and returns the exit code: 0 when it was stopped, 78 when the configuration is
 * wrong or a port is busy, 1 when it cannot start or continue.
 */
export async function runStack(host: StackHost, { observabilityFolder }: RunOptions = {}): Promise<number> {
  const say = (line: string) => host.stdout.write(`${line}\n`);
  const stop = new Promise<'stop'>((resolve) => {
    // Heeded every time: a second Ctrl-C must not end this process before its children.
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) host.on(signal, () => resolve('stop'));
  });
  let stack: LocalStack | undefined;
  try {
    const config = loadLocalConfig(host.env);
    const observability =
      observabilityFolder === undefined
        ? undefined
        : await prepareObservability(observabilityFolder, config.ports, host.env);
    stack = new LocalStack({
      config,
      console: true,
      environment: { ...host.env, ...observability?.environment },
      onLine: (name, line) => {
        host.log?.write(`[${name}] ${line}\n`);
        say(`[${name}] ${host.format?.(line) ?? line}`);
      },
      say: (line) => say(`[stack] ${line}`),
    });
    const ready = stack.start().then(() => 'ready' as const);
    if ((await Promise.race([ready, stop])) === 'ready') {
      for (const program of observability?.programs ?? []) stack.startAid(program);
      say(toReadyText(config.ports, observability?.lines));
      await Promise.race([stop, stack.failed]);
    }
    say('[stack] stopping');
    await stack.stop();
    return 0;
  } catch (error) {
    host.stderr.write(`[stack] ${error instanceof Error ? error.message : String(error)}\n`);
    await stack?.stop();
    return error instanceof ConfigError ? EXIT_CONFIG : 1;
  }
}

/** Writes the files of Prometheus and Grafana, and plans what runs. @throws {ConfigError} for busy ports */
async function prepareObservability(
  folder: string,
  stack: LocalPorts,
  environment: Environment,
): Promise<ObservabilityPlan> {
  const ports = readObservabilityPorts(environment);
  const plan = planObservability({
    ...{ stack, ports, folder, grafanaHome: findGrafanaHome() },
    otlpEndpoint: environment.OTEL_EXPORTER_OTLP_ENDPOINT,
    isInstalled: (program) => isOnPath(program, environment),
  });
  const needed: Partial<ObservabilityPorts> = Object.assign({}, ...plan.programs.map((it) => it.ports));
  await checkPortsFree(needed, OBSERVABILITY_PORT_VARIABLES);
  writeObservabilityFiles(folder, stack, ports);
  return plan;
}

function toReadyText(ports: LocalPorts, more: readonly string[] = []): string {
  const { api, processor, webhooks, scoringHttp, scoringGrpc, operations, operationsGrpc } = ports;
  return `
Ready.
  console      http://localhost:${operations}        API for operators: localhost:${operationsGrpc} (gRPC)
  order API    http://localhost:${api}        docs: /docs, /redoc, /openapi.json
  processor    http://localhost:${processor}/health  metrics: /metrics
  webhooks     http://localhost:${webhooks}/health  metrics: /metrics
  scoring      http://localhost:${scoringHttp}  (Connect)   localhost:${scoringGrpc} (gRPC)${more.map((line) => `\n  ${line}`).join('')}
Press Ctrl-C to stop.
`;
}
