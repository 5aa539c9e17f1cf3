/** A folder in which the real CLI works: a copy of the sources as a repository of its own, a state, and the providers. */
import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { stringify } from 'yaml';
import type { Tools } from './tools.ts';

const require = createRequire(import.meta.url);

/** Options of the workspace. */
export interface WorkspaceOptions {
  readonly root: string;
  readonly folder: string;
  readonly tools: Tools;
  /** The emulator's URL. */
  readonly endpoint: string;
  readonly region: string;
}

/** Working folder and environment of the CLI. */
export interface Workspace {
  /** The copy of the repository. */
  readonly project: string;
  readonly environment: NodeJS.ProcessEnv;
  /** The commit of the copy. */
  readonly revision: string;
}

/** Creates the folder, without its previous content. */
export function createWorkspace(
  options: WorkspaceOptions,
  settings: Record<string, Record<string, unknown>>,
): Workspace {
  const { root, folder, tools } = options;
  rmSync(folder, { recursive: true, force: true });
  const project = join(folder, 'project');
  mkdirSync(join(folder, 'state'), { recursive: true });
  copySources(root, project);
  for (const [stack, config] of Object.entries(settings)) {
    writeFileSync(join(project, `Pulumi.${stack}.yaml`), stringify({ config }));
  }
  const environment = {
    PATH: `${join(folder, 'bin')}:${dirname(process.execPath)}:${tools.path}`,
    HOME: process.env.HOME,
    // Installed plugins are in the home of the CLI.
    ...(tools.awsx && { PULUMI_HOME: join(folder, 'home') }),
    PULUMI_BACKEND_URL: `file://${join(folder, 'state')}`,
    PULUMI_CONFIG_PASSPHRASE: 'rehearsal',
    PULUMI_SKIP_UPDATE_CHECK: 'true',
    PULUMI_DISABLE_AUTOMATIC_PLUGIN_ACQUISITION: 'true',
    // rollback.sh installs the packages of the revision that it restores.
    npm_config_prefer_offline: 'true',
    npm_config_ignore_scripts: 'true',
    NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node-compile'),
    REHEARSAL_ENDPOINT: options.endpoint,
    REHEARSAL_REGION: options.region,
    REHEARSAL_PYTHON: tools.python,
  };
  writeProviders(options);
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=rehearsal', '-c', 'user.email=rehearsal@example.com', ...args], {
      cwd: project,
      encoding: 'utf8',
    });
  git('init', '--quiet');
  git('add', '--all');
  git('commit', '--quiet', '--message', 'Rehearse');
  symlinkSync(join(root, 'node_modules'), join(project, 'node_modules'));
  return { project, environment, revision: git('rev-parse', 'HEAD').trim() };
}

/** Copies all tracked and untracked files that are not ignored, so that changes can be rehearsed before they are committed. */
function copySources(root: string, project: string): void {
  const files = execFileSync('git', ['ls-files', '-z', '--cached', '--others', '--exclude-standard'], {
    cwd: root,
    encoding: 'utf8',
  });
  for (const file of files.split('\0').filter(Boolean)) {
    mkdirSync(dirname(join(project, file)), { recursive: true });
    try {
      cpSync(join(root, file), join(project, file), { verbatimSymlinks: true });
    } catch (error) {
      // Deleted, and not yet committed.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
  }
}

/** Puts the providers where the CLI looks first: on the PATH. */
function writeProviders({ root, folder, tools }: WorkspaceOptions): void {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  const write = (name: string, lines: string[]) => {
    writeFileSync(join(bin, name), ['#!/bin/sh', ...lines, ''].join('\n'));
    chmodSync(join(bin, name), 0o755);
  };
  for (const kind of ['aws', 'random']) {
    const { version } = JSON.parse(readFileSync(require.resolve(`@pulumi/${kind}/package.json`), 'utf8'));
    write(`pulumi-resource-${kind}`, [
      `export REHEARSAL_VERSION=${version}`,
      `exec '${process.execPath}' '${join(root, 'infra/rehearse/provider/main.ts')}' ${kind} "$@"`,
    ]);
  }
  if (tools.awsx) {
    write('pulumi-resource-awsx', [`exec '${process.execPath}' '${tools.awsx}' "$@"`]);
  }
}
