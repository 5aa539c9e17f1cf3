/** Lists the ports that the stack needs, and checks that they are free. */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { ConfigError, type ConfigProblem } from '@order-pipeline/platform/env';
import { type LocalPorts, PORT_VARIABLES } from './config.js';

/** Throws a ConfigError that names every port that cannot be listened on, with the variable that moves it. */
export async function checkPortsFree<K extends string = keyof LocalPorts>(
  ports: Partial<Record<K, number>>,
  variables: Readonly<Record<K, string>> = PORT_VARIABLES as never,
): Promise<void> {
  const problems = await Promise.all(
    Object.entries<number>(ports as Record<string, number>).map(
      async ([name, port]): Promise<ConfigProblem[]> => {
        const problem = await problemWith(port);
        if (problem === undefined) return [];
        return [
          {
            variable: variables[name as K],
            problem: `is ${port}, ${problem}`,
            remedy: 'stop what is there, or set the variable to a free port',
          },
        ];
      },
    ),
  );
  if (problems.flat().length > 0) throw new ConfigError(problems.flat());
}

async function problemWith(port: number): Promise<string | undefined> {
  const server = createServer();
  try {
    server.listen(port);
    await once(server, 'listening');
    return undefined;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return code === 'EADDRINUSE'
      ? 'where something listens already'
      : `which cannot be listened on (${code})`;
  } finally {
    server.close();
  }
}
