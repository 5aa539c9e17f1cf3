/** Reads the report of a bad configuration. */
import { ConfigError } from '../src/env.js';

/** Returns the problems that loading a configuration reports, as `VARIABLE problem`; none when it loads. */
export function listProblems(load: () => unknown): string[] {
  try {
    load();
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map(({ variable, problem }) => `${variable} ${problem}`);
  }
}
