/** The local stack for tests, whose log is searched for secrets. */
import { LocalStack, type StackOptions } from '@order-pipeline/local/stack';
import { LogScan } from './log-scan.js';

/** A local stack whose `stop` rejects when any of its processes printed a secret. */
export class ScannedStack extends LocalStack {
  readonly #scan: LogScan;

  constructor({ onLine, ...options }: StackOptions) {
    const overrides = Object.values(options.overrides ?? {});
    const scan = new LogScan(Object.assign({}, options.environment, ...overrides));
    super({
      ...options,
      onLine: (name, line) => {
        scan.add(name, line);
        onLine(name, line);
      },
    });
    this.#scan = scan;
  }

  /** @throws {SecretsInLogError} after everything was stopped */
  override async stop(): Promise<void> {
    await super.stop();
    this.#scan.check();
  }
}
