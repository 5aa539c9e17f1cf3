/** Runs the program as `pulumi preview` would, through Pulumi's own Node loader, and captures its registrations. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import { parse } from 'yaml';
import { startEngine } from './engine.ts';
import type { Graph } from './graph.ts';

/** The repository. */
export const ROOT = resolve(import.meta.dirname, '../../..');
/** The Pulumi project's name, as in Pulumi.yaml. */
const PROJECT = 'order-pipeline';

/**
 * Disables Pulumi's stack traces of promises, which its loader maps through source maps: two thirds of the time of a
 * run, and unused here. A property that cannot be set keeps Node's own traces.
 */
const WITHOUT_SOURCE_MAPS = `data:text/javascript,${encodeURIComponent(
  "Object.defineProperty(Error, 'prepareStackTrace', { get: () => undefined, set: () => {} })",
)}`;

/** Options of a run. */
export interface CaptureOptions {
  /** Name of the stack; its configuration is read from `Pulumi.<stack>.yaml`. */
  readonly stack: string;
  /** Settings that replace or add to the stack's file; `undefined` removes one. */
  readonly config?: Readonly<Record<string, string | undefined>>;
  /** Folder of the program, `infra/` by default. */
  readonly program?: string;
}

/** A stack's settings, in the form in which the engine hands them to a program: every value is text. */
export function readStackConfig(stack: string): Record<string, string> {
  const file = parse(readFileSync(join(ROOT, `Pulumi.${stack}.yaml`), 'utf8'));
  return Object.fromEntries(
    Object.entries(file.config as Record<string, unknown>).map(([key, value]) => [
      key.includes(':') ? key : `${PROJECT}:${key}`,
      typeof value === 'object' ? JSON.stringify(value) : String(value),
    ]),
  );
}

/** Runs the program; a program that fails is a graph with errors. */
export async function capture({ stack, config = {}, program }: CaptureOptions): Promise<Graph> {
  const engine = await startEngine(PROJECT, stack);
  try {
    const settings = Object.fromEntries(
      Object.entries({ ...readStackConfig(stack), ...config }).filter(([, value]) => value !== undefined),
    );
    const loader = createRequire(import.meta.url).resolve('@pulumi/pulumi/cmd/run/index.js');
    const child = spawn(
      process.execPath,
      [
        '--import',
        WITHOUT_SOURCE_MAPS,
        loader,
        ...['--project', PROJECT, '--stack', stack, '--organization', 'organization', '--parallel', '16'],
        ...['--root-directory', ROOT, '--monitor', engine.address, '--engine', engine.address],
        ...['--pwd', program ?? join(ROOT, 'infra'), '.'],
      ],
      {
        env: {
          PATH: process.env.PATH,
          PULUMI_NODEJS_TYPESCRIPT: 'false',
          // The provider's SDK is large; compiled once it loads in half the time.
          NODE_COMPILE_CACHE: join(ROOT, 'node_modules/.cache/node-compile'),
          PULUMI_CONFIG: JSON.stringify(settings),
        },
        stdio: ['ignore', 'ignore', 'pipe'],
      },
    );
    let stderr = '';
    child.stderr.setEncoding('utf8').on('data', (text) => {
      stderr += text;
    });
    const code = await new Promise<number | null>((done) => child.once('exit', done));
    if (code !== 0 && engine.graph.errors.length === 0) engine.graph.errors.push(`exit ${code}: ${stderr}`);
    // Registrations run in parallel; by URN they are always in the same order.
    engine.graph.resources.sort((a, b) => (a.urn < b.urn ? -1 : 1));
    return engine.graph;
  } finally {
    engine.stop();
  }
}
