/** Which ports the stack needs, and whether they are free. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { ConfigError, type ConfigProblem } from '@order-pipeline/platform/env';
import { type LocalPorts, PORT_VARIABLES } from './config.js';

/** Throws a ConfigError that names every busy port with the variable that moves it. */
export async function checkPortsFree(ports: Partial<LocalPorts>): Promise<void> {
  const problems = await Promise.all(
    Object.entries(ports).map(async ([name, port]): Promise<ConfigProblem[]> => {
      if (await isFree(port)) return [];
      return [
        {
          variable: PORT_VARIABLES[name as keyof LocalPorts],
          problem: `is ${port}, where something listens already`,
          remedy: 'stop that, or set the variable to a free port',
        },
      ];
    }),
  );
  if (problems.flat().length > 0) throw new ConfigError(problems.flat());
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    server.listen(port);
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
