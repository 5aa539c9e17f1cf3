/** Builds of the repository: this one, and an earlier one to compare with. */
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** A checkout that is built. */
export interface Build {
  readonly name: string;
  /** The directory of the checkout. */
  readonly root: string;
}

/** The services that can be measured. */
export type ServiceName = 'scoring' | 'order-processor' | 'order-api' | 'webhooks';

/** The build that this program is part of. */
export const THIS_BUILD: Build = {
  name: 'this build',
  root: fileURLToPath(new URL('../../..', import.meta.url)),
};

/** Returns the build in a directory, to compare this one with. */
export function baselineBuild(directory: string): Build {
  return { name: 'baseline build', root: resolve(directory) };
}

/** Returns the program of a service. */
export function serviceProgram({ root }: Build, name: ServiceName): string {
  return resolve(root, 'services', name, 'dist/main.js');
}
