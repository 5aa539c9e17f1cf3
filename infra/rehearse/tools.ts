/** The programs that a rehearsal needs, and the remedy for each missing one. */
import { execFileSync } from 'node:child_process';
import { accessSync, constants, existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Returns the folder of downloads and builds, outside the repository. */
export function cacheFolder(environment: NodeJS.ProcessEnv): string {
  return join(environment.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'order-pipeline');
}

/** The programs of one machine. */
export interface Tools {
  readonly pulumi: string;
  /** Python with boto3 and moto. */
  readonly python: string;
  /** The bundled awsx provider, where it was built from its sources; otherwise the plugin of the CLI is used. */
  readonly awsx: string | undefined;
  /** Folders in which the CLI finds its language host. */
  readonly path: string;
}

/** A program that is missing, and how to get it. */
export interface Missing {
  readonly name: string;
  readonly remedy: string;
}

/** Finds the programs. */
export function findTools(environment: NodeJS.ProcessEnv): { tools?: Tools; missing: Missing[] } {
  const cache = cacheFolder(environment);
  const path = [join(cache, 'bin'), ...(environment.PATH ?? '').split(delimiter)];
  const find = (name: string) => path.map((folder) => join(folder, name)).find(isExecutable);
  const missing: Missing[] = [];
  const pulumi = find('pulumi');
  if (!pulumi)
    missing.push({ name: 'pulumi', remedy: 'install the Pulumi CLI, or run infra/rehearse/tools.sh' });
  if (!find('pulumi-language-nodejs')) {
    missing.push({
      name: 'pulumi-language-nodejs',
      remedy: 'it comes with the Pulumi CLI; beside a CLI built from Go modules run infra/rehearse/tools.sh',
    });
  }
  const python = join(cache, 'venv/bin/python');
  if (!hasModules(python)) missing.push({ name: 'moto and boto3', remedy: 'run infra/rehearse/tools.sh' });
  if (!find('redis-server')) missing.push({ name: 'redis-server', remedy: 'run scripts/setup.sh' });
  const built = join(cache, 'awsx/index.js');
  const awsx = existsSync(built) ? built : undefined;
  if (!awsx && pulumi && !hasPlugin(pulumi, 'awsx')) {
    missing.push({
      name: 'the awsx provider',
      remedy: 'run infra/scripts/plugins.sh, or infra/rehearse/tools.sh',
    });
  }
  if (missing.length > 0 || !pulumi) return { missing };
  return { missing, tools: { pulumi, python, awsx, path: path.join(delimiter) } };
}

/** Formats the missing programs as lines of text. */
export function toSkipMessage(missing: readonly Missing[]): string {
  const lines = missing.map(({ name, remedy }) => `  ${name}: ${remedy}`);
  return `rehearse: skipped, since this machine lacks\n${lines.join('\n')}\n`;
}

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function hasModules(python: string): boolean {
  try {
    execFileSync(python, ['-c', 'import boto3, moto.server'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

function hasPlugin(pulumi: string, name: string): boolean {
  try {
    const list = JSON.parse(execFileSync(pulumi, ['plugin', 'ls', '--json'], { encoding: 'utf8' })) as {
      name: string;
    }[];
    return list.some((plugin) => plugin.name === name);
  } catch {
    return false;
  }
}
