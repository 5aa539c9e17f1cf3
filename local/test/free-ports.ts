/** Free ports for a whole stack. */
import { type LocalPorts, PORT_VARIABLES } from '../src/config.js';
import { checkAccepts } from '../src/ready.js';
import { freePort } from '../src/redis-server.js';

/** A free port for each process, as the settings that move it. */
export async function freePortSettings(): Promise<Record<string, string>> {
  const settings: Record<string, string> = {};
  const taken = new Set<number>();
  for (const variable of Object.values(PORT_VARIABLES)) {
    let port = await freePort();
    while (taken.has(port)) port = await freePort();
    taken.add(port);
    settings[variable] = String(port);
  }
  return settings;
}

/** The variables of the ports on which something listens. */
export async function busyPorts(settings: Readonly<Record<string, string>>): Promise<string[]> {
  const answers = await Promise.all(
    Object.values(PORT_VARIABLES).map((variable) =>
      checkAccepts('127.0.0.1', Number(settings[variable])).then(
        () => [variable],
        () => [],
      ),
    ),
  );
  return answers.flat();
}

/** The port of a process. */
export const portOf = (settings: Readonly<Record<string, string>>, part: keyof LocalPorts): string =>
  settings[PORT_VARIABLES[part]] ?? '';
