/** Validates events against the JSON Schemas in proto/schemas. */
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';

const directory = new URL('../../../proto/schemas/', import.meta.url);
const ajv = new Ajv2020({ allErrors: true });
formats.default(ajv);
for (const file of readdirSync(directory))
  ajv.addSchema(JSON.parse(readFileSync(new URL(file, directory), 'utf8')));

/** Returns the path and the violated keyword of each fault of `value` as the JSON of a message, such as `orders.v1.OrderEvent`. */
export function faultsOf(message: string, value: unknown): readonly string[] {
  const validate = ajv.getSchema(`urn:order-pipeline:schema:${message}`);
  if (!validate) throw new Error(`no schema of ${message}`);
  void validate(value);
  return (validate.errors ?? []).map(({ instancePath, keyword }) => `${instancePath} ${keyword}`);
}
