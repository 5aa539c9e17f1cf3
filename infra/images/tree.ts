/**
 * Assembles what the Dockerfile puts into an image's application layers, without a container engine: the same manifests,
 * the same `npm ci`, the same build output.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, globSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Options of the assembly. */
export interface TreeOptions {
  /** The repository, built. */
  readonly root: string;
  /** Workspace of the image, such as `services/order-api`. */
  readonly workspace: string;
  /** An empty folder for the tree: the image's /app. */
  readonly target: string;
}

/** Assembles the tree of an image. Throws when the repository is not built or npm fails. */
export function assembleTree({ root, workspace, target }: TreeOptions): void {
  const dockerfile = readFileSync(join(root, 'Dockerfile'), 'utf8');
  for (const manifest of manifestsOf(dockerfile)) copy(root, target, manifest);
  execFileSync('npm', installArguments(dockerfile, workspace), { cwd: target, stdio: 'pipe' });
  const outputs = [...globSync('packages/*/dist', { cwd: root }), `${workspace}/dist`];
  for (const output of outputs) copy(root, target, output);
  for (const part of ['openapi.json', 'web/dist'])
    if (existsSync(join(root, workspace, part))) copy(root, target, `${workspace}/${part}`);
}

/** The files that the stage `manifests` copies. */
export function manifestsOf(dockerfile: string): string[] {
  const stage = /AS manifests\n([\s\S]*?)\nFROM /.exec(dockerfile)?.[1] ?? '';
  return [...stage.matchAll(/^COPY (.+) \S+$/gm)].flatMap(([, sources = '']) => sources.split(' '));
}

/** The arguments of npm in the stage `production`, for a workspace. Packages that were fetched before are not fetched again. */
export function installArguments(dockerfile: string, workspace: string): string[] {
  const stage = /AS production\n([\s\S]*?)\nFROM /.exec(dockerfile)?.[1] ?? '';
  const [, command] = /npm (ci [^\n]+)/.exec(stage) ?? [];
  if (!command) throw new Error('The Dockerfile has no stage production that runs npm ci');
  const given = command.split(/\s+/).map((word) => word.replace(/^"\$\{WORKSPACE\}"$/, workspace));
  return [...given, '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error'];
}

function copy(root: string, target: string, path: string): void {
  if (!existsSync(join(root, path))) throw new Error(`${path} is missing: npm run build`);
  mkdirSync(dirname(join(target, path)), { recursive: true });
  cpSync(join(root, path), join(target, path), { recursive: true, preserveTimestamps: true });
}
