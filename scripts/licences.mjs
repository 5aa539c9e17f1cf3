/**
 * Reports the licences in a CycloneDX bill of materials, and fails on one that is not allowed:
 *   npm sbom --sbom-format cyclonedx --omit dev > sbom.json && node scripts/licences.mjs sbom.json
 */
import { readFileSync } from 'node:fs';

/** SPDX identifiers of licences that production dependencies may have. */
const ALLOWED = new Set([
  '0BSD',
  'Apache-2.0',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'CC0-1.0',
  'ISC',
  'MIT',
]);

/** Licences of packages whose package.json declares none in SPDX form, read from their licence files. */
const DECLARED_ELSEWHERE = {
  decko: 'MIT',
  pause: 'MIT',
  stickyfill: 'MIT',
  'url-template': 'BSD-3-Clause',
};

/** Returns the licence expression of a component, or `undefined` when it has none. */
function licenceOf({ name, licenses = [] }) {
  const names = licenses.map((entry) => entry.expression ?? entry.license?.id ?? entry.license?.name);
  return names.length > 0 ? names.join(' AND ') : DECLARED_ELSEWHERE[name];
}

/** Returns true when every licence of an expression is allowed; one alternative of an OR suffices. */
function isAllowed(expression = '') {
  return expression
    .replace(/[()]/g, '')
    .split(' AND ')
    .every((term) => term.split(' OR ').some((name) => ALLOWED.has(name.trim())));
}

const { components } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const byLicence = Map.groupBy(components, (component) => licenceOf(component) ?? 'unknown');
for (const [licence, packages] of [...byLicence].sort(([a], [b]) => a.localeCompare(b))) {
  process.stdout.write(`${licence}: ${packages.length}\n`);
  for (const { name, version } of packages) process.stdout.write(`  ${name} ${version}\n`);
}
const rejected = components.filter((component) => !isAllowed(licenceOf(component)));
for (const component of rejected) {
  process.stderr.write(
    `licences: ${component.name} ${component.version} has ${licenceOf(component) ?? 'no licence'}, which is not allowed\n`,
  );
}
if (rejected.length > 0) process.exitCode = 1;
