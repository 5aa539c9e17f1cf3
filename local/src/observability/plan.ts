/** Decides what `npm start -- --observability` starts in addition to the stack, and its messages about missing programs. */
import { type Environment, EnvReader } from '@order-pipeline/platform/env';
import type { LocalPorts } from '../config.js';
import { toPrometheusArguments } from './prometheus.js';

/** Ports of the programs. */
export interface ObservabilityPorts {
  readonly prometheus: number;
  readonly grafana: number;
  /** Page of the trace viewer. */
  readonly traces: number;
  /** Port on which the trace viewer takes traces, by OTLP over HTTP. */
  readonly otlp: number;
}

/** The variable that moves each port. */
export const OBSERVABILITY_PORT_VARIABLES: Readonly<Record<keyof ObservabilityPorts, string>> = {
  prometheus: 'PROMETHEUS_PORT',
  grafana: 'GRAFANA_PORT',
  traces: 'TRACES_PORT',
  otlp: 'OTLP_PORT',
};

/** Reads the ports. @throws {ConfigError} that lists every problem */
export function readObservabilityPorts(environment: Environment): ObservabilityPorts {
  const env = new EnvReader(environment);
  return env.resolve<ObservabilityPorts>({
    prometheus: env.port(OBSERVABILITY_PORT_VARIABLES.prometheus, 9_092),
    grafana: env.port(OBSERVABILITY_PORT_VARIABLES.grafana, 3_000),
    traces: env.port(OBSERVABILITY_PORT_VARIABLES.traces, 16_686),
    otlp: env.port(OBSERVABILITY_PORT_VARIABLES.otlp, 4_318),
  });
}

/** Input of the plan. */
export interface ObservabilityInputs {
  readonly stack: LocalPorts;
  readonly ports: ObservabilityPorts;
  /** Folder of the generated files and the data. */
  readonly folder: string;
  /** Folder of Grafana's own files. */
  readonly grafanaHome: string;
  /** An address for traces that the user has set already. */
  readonly otlpEndpoint: string | undefined;
  /** Returns true when a program is on the PATH. */
  readonly isInstalled: (program: string) => boolean;
}

/** A program that runs alongside the stack. */
export interface ObservabilityProgram {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Ports that have to be free. */
  readonly ports: Partial<ObservabilityPorts>;
}

/** Programs that are started, and the lines about each. */
export interface ObservabilityPlan {
  readonly programs: readonly ObservabilityProgram[];
  /** Variables of the services. */
  readonly environment: Readonly<Record<string, string>>;
  /** One line for each program: its address, or how to get it. */
  readonly lines: readonly string[];
}

/** Plans Prometheus, Grafana and a trace viewer, each where it is installed. */
export function planObservability(inputs: ObservabilityInputs): ObservabilityPlan {
  const plans = [planPrometheus(inputs), planGrafana(inputs), planTraces(inputs)];
  return {
    programs: plans.flatMap(({ program }) => program ?? []),
    environment: Object.assign({}, ...plans.map(({ environment = {} }) => environment)),
    lines: plans.map(({ line }) => line),
  };
}

interface ProgramPlan {
  readonly program?: ObservabilityProgram;
  readonly environment?: Readonly<Record<string, string>>;
  readonly line: string;
}

function planPrometheus({ ports, folder, isInstalled }: ObservabilityInputs): ProgramPlan {
  if (!isInstalled('prometheus'))
    return { line: missing('Prometheus', 'no metrics are kept', 'install the package "prometheus"') };
  const args = toPrometheusArguments(`${folder}/prometheus.yml`, `${folder}/prometheus`, ports.prometheus);
  const { prometheus } = ports;
  return {
    program: { name: 'prometheus', command: 'prometheus', args, ports: { prometheus } },
    line: `Prometheus   http://localhost:${prometheus}  alerts: /alerts`,
  };
}

/** Grafana 9.5 and newer is `grafana server`, older ones are `grafana-server`. */
function planGrafana({ ports, folder, grafanaHome, isInstalled }: ObservabilityInputs): ProgramPlan {
  const [command, args] = isInstalled('grafana') ? ['grafana', ['server']] : ['grafana-server', []];
  if (!isInstalled(command)) {
    const remedy = 'see https://grafana.com/docs/grafana/latest/setup-grafana/installation/';
    return { line: missing('Grafana', 'no dashboards are shown', remedy) };
  }
  const { grafana } = ports;
  const env = {
    GF_SERVER_HTTP_ADDR: '127.0.0.1',
    GF_SERVER_HTTP_PORT: String(grafana),
    GF_PATHS_PROVISIONING: `${folder}/grafana/provisioning`,
    GF_PATHS_DATA: `${folder}/grafana/data`,
    GF_PATHS_LOGS: `${folder}/grafana/logs`,
    GF_AUTH_ANONYMOUS_ENABLED: 'true',
    GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
    GF_AUTH_DISABLE_LOGIN_FORM: 'true',
    GF_ANALYTICS_REPORTING_ENABLED: 'false',
    GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
  };
  return {
    program: {
      name: 'grafana',
      command,
      args: [...args, '--homepath', grafanaHome],
      env,
      ports: { grafana },
    },
    line: `Grafana      http://localhost:${grafana}  dashboards: /dashboards`,
  };
}

/** Trace viewers, the first that is installed; each takes OTLP over HTTP. */
const VIEWERS: readonly {
  readonly command: string;
  readonly toProgram: (ports: ObservabilityPorts) => Pick<ObservabilityProgram, 'args' | 'env'>;
}[] = [
  {
    command: 'otel-desktop-viewer',
    toProgram: ({ traces, otlp }) => ({ args: ['--browser', String(traces), '--http', String(otlp)] }),
  },
  {
    command: 'jaeger-all-in-one',
    toProgram: ({ traces, otlp }) => ({
      args: [
        `--query.http-server.host-port=127.0.0.1:${traces}`,
        `--collector.otlp.http.host-port=127.0.0.1:${otlp}`,
      ],
      env: { COLLECTOR_OTLP_ENABLED: 'true' },
    }),
  },
];

function planTraces({ ports, otlpEndpoint, isInstalled }: ObservabilityInputs): ProgramPlan {
  if (otlpEndpoint) return { line: `Traces       go to ${otlpEndpoint} (OTEL_EXPORTER_OTLP_ENDPOINT)` };
  const viewer = VIEWERS.find(({ command }) => isInstalled(command));
  if (!viewer) {
    const remedy =
      'go install github.com/CtrlSpice/otel-desktop-viewer@latest, or put jaeger-all-in-one on the PATH';
    return { line: missing('Trace viewer', 'no traces are recorded', remedy) };
  }
  const { traces, otlp } = ports;
  return {
    program: {
      name: 'traces',
      command: viewer.command,
      ...viewer.toProgram(ports),
      ports: { traces, otlp },
    },
    environment: { OTEL_EXPORTER_OTLP_ENDPOINT: `http://localhost:${otlp}` },
    line: `Traces       http://localhost:${traces}  (${viewer.command})`,
  };
}

function missing(what: string, consequence: string, remedy: string): string {
  return `${what} is not installed, ${consequence}: ${remedy}`;
}
