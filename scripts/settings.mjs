/**
 * Writes docs/settings.md from the configuration schemas of order-processor and scoring: every variable that they read, with
 * its default and its range. Needs a build.
 *   node scripts/settings.mjs           writes the document
 *   node scripts/settings.mjs --check   exits with 1 when the document differs
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { EnvReader } from '../packages/platform/dist/env.js';
import { loadConfig as loadProcessor } from '../services/order-processor/dist/config.js';
import { loadConfig as loadScoring } from '../services/scoring/dist/config.js';
import { MEANINGS } from './settings-meanings.mjs';

const FILE = new URL('../docs/settings.md', import.meta.url);

/** Variables that switch others on: the schemas read those only then. */
const SWITCHES = {
  ORDER_EVENTS_TOPIC_ARN: 'arn:aws:sns:us-east-1:123456789012:order-events',
  PAYMENT_GATEWAY: 'stripe',
  RPC_TLS_AUTHORITIES: '-----BEGIN CERTIFICATE-----',
  RPC_TLS_CLIENT_CERTIFICATE: '-----BEGIN CERTIFICATE-----',
  RPC_TLS_CLIENT_PRIVATE_KEY: '-----BEGIN PRIVATE KEY-----',
  RPC_TLS_CERTIFICATE: '-----BEGIN CERTIFICATE-----',
  RPC_TLS_PRIVATE_KEY: '-----BEGIN PRIVATE KEY-----',
  RPC_TLS_CLIENT_AUTHORITIES: '-----BEGIN CERTIFICATE-----',
};

/** Returns the default and the range that a call of a reader's method states. */
const READERS = {
  integer: ([fallback, min, max]) => ({ fallback, range: `${min} to ${max}` }),
  number: ([fallback, min, max]) => ({
    fallback,
    range: max === Number.MAX_SAFE_INTEGER ? `${min} or more` : `${min} to ${max}`,
  }),
  port: ([fallback]) => ({ fallback, range: '0 to 65535; 0 for any free port' }),
  choice: ([choices, fallback]) => ({ fallback, range: choices.map((choice) => `\`${choice}\``).join(', ') }),
  text: ([, fallback]) => ({ fallback }),
  textOr: ([fallback]) => ({ fallback }),
  url: ([schemes, , fallback]) => ({ fallback, range: `URL with \`${schemes.join('` or `')}\`` }),
  secret: ([{ fallback }]) => ({ fallback, isSecret: true }),
  read: ([schema]) => ({ fallback: schema.safeParse(undefined).data }),
};

/** Records the variables that a schema reads, in order. */
function record(loadConfig, environment) {
  const settings = new Map();
  let depth = 0;
  const originals = Object.keys(READERS).map((name) => [name, EnvReader.prototype[name]]);
  for (const [name, original] of originals) {
    EnvReader.prototype[name] = function (variable, ...rest) {
      if (depth === 0 && !settings.has(variable)) settings.set(variable, READERS[name](rest));
      depth += 1;
      try {
        return original.call(this, variable, ...rest);
      } finally {
        depth -= 1;
      }
    };
  }
  try {
    loadConfig(environment);
  } catch (error) {
    if (error.name !== 'ConfigError') throw error;
  } finally {
    for (const [name, original] of originals) EnvReader.prototype[name] = original;
  }
  return settings;
}

function toRows(service, loadConfig) {
  const local = record(loadConfig, { STAGE: 'local', REDIS_URL: '' });
  const optional = record(loadConfig, { STAGE: 'dev', ...SWITCHES });
  const plain = record(loadConfig, { STAGE: 'dev' });
  const variables = [...optional.keys()];
  const unknown = Object.keys(MEANINGS[service]).filter((variable) => !optional.has(variable));
  const missing = variables.filter((variable) => !MEANINGS[service][variable]);
  if (unknown.length + missing.length > 0)
    throw new Error(`settings-meanings.mjs, ${service}: describe ${missing}; remove ${unknown}`);
  return variables.map((variable) => {
    const setting = plain.get(variable) ?? optional.get(variable);
    const isOptional = !plain.has(variable);
    const { range, isSecret } = optional.get(variable);
    const name = isSecret ? `\`${variable}\`, \`${variable}_FILE\`` : `\`${variable}\``;
    const value = toDefault(setting.fallback, local.get(variable)?.fallback, isOptional);
    return `| ${name} | ${value} | ${range ?? ''} | ${MEANINGS[service][variable]} |`;
  });
}

function toDefault(fallback, local, isOptional) {
  const show = (value) => `\`${Array.isArray(value) ? value.join(',') : value}\``;
  if (fallback !== undefined && fallback !== '') return show(fallback);
  if (local !== undefined && local !== '') return `${show(local)} locally, else required`;
  return fallback === '' || isOptional ? '' : 'required';
}

const table = (rows) => ['| variable | default | range | meaning |', '|---|---|---|---|', ...rows].join('\n');

const text = `# Settings of the processor and of scoring

Written by \`npm run settings\` from the configuration schemas; the meanings are in \`scripts/settings-meanings.mjs\`. The API's
settings are in [api.md](api.md#settings), those of webhooks in [webhooks.md](webhooks.md#settings-of-the-webhooks-service).

All settings are environment variables, read once at start. Every invalid one is reported with its remedy, and the process exits
with 78 before it opens a port. A secret can be given as a file that its \`_FILE\` variable names; the file is read again when it
changes. The AWS SDK reads credentials and endpoints (\`AWS_ENDPOINT_URL_SQS\`, \`AWS_ENDPOINT_URL_DYNAMODB\`) itself.

## order-processor

${table(toRows('order-processor', loadProcessor))}

## scoring

${table(toRows('scoring', loadScoring))}
`;

if (!process.argv.includes('--check')) writeFileSync(FILE, text);
else if (readFileSync(FILE, 'utf8') !== text) {
  process.stderr.write('docs/settings.md differs from the configuration schemas: run npm run settings\n');
  process.exitCode = 1;
}
