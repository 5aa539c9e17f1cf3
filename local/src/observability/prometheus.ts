/** Configuration of a Prometheus that reads the metrics of the local stack. */
import type { LocalPorts } from '../config.js';

/** Options of the configuration. */
export interface PrometheusOptions {
  readonly ports: LocalPorts;
  /** Absolute path of the rules. */
  readonly rulesFile: string;
  /** Seconds between two scrapes, and between two evaluations of the rules. */
  readonly intervalSeconds: number;
}

/** Returns the configuration. It is JSON, which is YAML as well. */
export function toPrometheusConfig({ ports, rulesFile, intervalSeconds }: PrometheusOptions): string {
  const interval = `${intervalSeconds}s`;
  // The job is the service's name, as in observability/prometheus.yml.
  const jobs = {
    'order-api': ports.api,
    'order-processor': ports.processor,
    scoring: ports.scoringHttp,
    webhooks: ports.webhooks,
  };
  const config = {
    global: { scrape_interval: interval, scrape_timeout: interval, evaluation_interval: interval },
    rule_files: [rulesFile],
    scrape_configs: Object.entries(jobs).map(([job, port]) => ({
      job_name: job,
      static_configs: [{ targets: [`127.0.0.1:${port}`] }],
    })),
  };
  return `${JSON.stringify(config, null, 2)}\n`;
}

/** Arguments of the program `prometheus`; it listens on the loopback address. */
export function toPrometheusArguments(configFile: string, dataFolder: string, port: number): string[] {
  return [
    `--config.file=${configFile}`,
    `--storage.tsdb.path=${dataFolder}`,
    `--web.listen-address=127.0.0.1:${port}`,
    '--enable-feature=exemplar-storage',
    '--log.level=warn',
  ];
}
