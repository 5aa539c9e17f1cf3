/** All rendered files, and the folder that they are in. */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { inspect } from './check/index.ts';
import { toYaml } from './model/yaml.ts';
import { type ObservabilityTexts, render } from './render.ts';
import { type Environment, toVariantName, VARIANTS } from './settings/types.ts';

const COMMENT = 'Rendered by npm run k8s. Do not edit: change k8s/src or k8s/settings.';

/** Reads the rules and dashboards of a folder such as observability/. */
export function readObservability(folder: string): ObservabilityTexts {
  const dashboards = join(folder, 'grafana/dashboards');
  return {
    rules: readFileSync(join(folder, 'rules.yml'), 'utf8'),
    dashboards: Object.fromEntries(
      globSync('*.json', { cwd: dashboards })
        .sort()
        .map((file) => [file, readFileSync(join(dashboards, file), 'utf8')]),
    ),
  };
}

/** The text of every file by its path under k8s/, and what the checks find. */
export interface Output {
  readonly files: ReadonlyMap<string, string>;
  readonly findings: readonly string[];
}

/** Renders and checks every environment and variant. */
export function renderAll(environments: readonly Environment[], texts: ObservabilityTexts): Output {
  const files = new Map<string, string>();
  const findings: string[] = [];
  for (const environment of environments) {
    for (const variant of VARIANTS) {
      const context = { ...environment, variant };
      const rendered = render(context, texts);
      findings.push(...inspect(rendered, context));
      for (const [file, manifests] of Object.entries(rendered)) {
        files.set(`${environment.name}/${toVariantName(variant)}/${file}`, toYaml(manifests, COMMENT));
      }
    }
  }
  return { files, findings };
}

/** Returns the paths of the rendered files that a folder has. */
export function findRendered(folder: string): string[] {
  return globSync('**/*.{yaml,hcl,json}', {
    cwd: folder,
    exclude: ['node_modules/**', 'settings/**', 'package.json', 'tsconfig.json'],
  }).sort();
}

/** Writes the files, and removes those that are no longer rendered. */
export function writeAll(folder: string, files: ReadonlyMap<string, string>): void {
  for (const path of findRendered(folder)) {
    if (!files.has(path)) rmSync(join(folder, path));
  }
  for (const [path, text] of files) {
    const target = join(folder, path);
    if (existsSync(target) && readFileSync(target, 'utf8') === text) continue;
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, text);
  }
}
