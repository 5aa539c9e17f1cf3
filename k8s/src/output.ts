/** All rendered files, and the folder that they are in. */
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { toApplicationSet } from './argo-cd/application-set.ts';
import { toNotifications } from './argo-cd/notifications.ts';
import { toProject } from './argo-cd/project.ts';
import { inspect } from './check/index.ts';
import { findSchemaErrors } from './check/schema.ts';
import type { Manifest } from './model/manifest.ts';
import { toYaml } from './model/yaml.ts';
import { type ObservabilityTexts, render } from './render.ts';
import { type Environment, toVariantName, VARIANTS, type Variant } from './settings/types.ts';
import { toVaultFiles } from './vault/policies.ts';

/** Vault's policies do not depend on the ingress. */
const VAULT: Variant = { ingress: 'nginx', secrets: 'vault' };

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

/** The text of every file by its path under k8s/, and the findings of the checks. */
export interface Output {
  readonly files: ReadonlyMap<string, string>;
  readonly findings: readonly string[];
}

/** Renders and checks every environment and variant. */
export function renderAll(environments: readonly Environment[], texts: ObservabilityTexts): Output {
  const files = new Map<string, string>();
  const findings: string[] = [];
  const all: Manifest[] = [];
  for (const environment of environments) {
    for (const [path, text] of Object.entries(toVaultFiles({ ...environment, variant: VAULT }))) {
      files.set(`${environment.name}/vault/${path}`, text);
    }
    for (const variant of VARIANTS) {
      const context = { ...environment, variant };
      const rendered = render(context, texts);
      findings.push(...inspect(rendered, context));
      all.push(...Object.values(rendered).flat());
      for (const [file, manifests] of Object.entries(rendered)) {
        files.set(`${environment.name}/${toVariantName(variant)}/${file}`, toYaml(manifests, COMMENT));
      }
    }
  }
  const argoCd = [toProject(environments, all), toApplicationSet(), toNotifications()];
  findings.push(...argoCd.flatMap((it) => findSchemaErrors(it).map((error) => `${it.kind}: ${error}`)));
  files.set('argo-cd/order-pipeline.yaml', toYaml(argoCd, COMMENT));
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
