/** A logger whose warnings and errors become lines of the trace. */
import type { Logger } from '@order-pipeline/platform/logger';
import { currentContext } from '../kernel/context.js';
import type { World } from '../kernel/world.js';

/** Creates the logger of a process. */
export function createSimLogger(world: World): Logger {
  const silent = () => undefined;
  const note = (level: string) => (bindings: unknown, message?: string) => {
    const name = currentContext()?.process.name ?? 'world';
    const text = typeof bindings === 'string' ? bindings : `${message ?? ''}${describe(bindings)}`;
    world.trace.add(world.now, name, name, `${level}: ${text}`);
  };
  const logger = {
    trace: silent,
    debug: silent,
    info: silent,
    warn: note('warn'),
    error: note('error'),
    fatal: note('fatal'),
    child: () => logger,
  };
  return logger as unknown as Logger;
}

function describe(bindings: unknown): string {
  const { err } = (bindings ?? {}) as { err?: unknown };
  return err instanceof Error ? ` (${err.name}: ${err.message})` : '';
}
