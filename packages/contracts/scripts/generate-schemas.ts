/** Writes the JSON Schema of each event in proto/orders/v1/events.proto to proto/schemas. Run by `npm run generate`. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createFileRegistry, fromBinary } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { toJsonSchema } from './to-json-schema.ts';

const ROOT = new URL('../../../', import.meta.url);
const OUTPUT = new URL('proto/schemas/', ROOT);

/** Messages that consumers receive or look up. */
const PUBLISHED = ['orders.v1.OrderEvent', 'orders.v1.OrderEventData', 'orders.v1.WebhookEndpointEvent'];

const image = execFileSync('buf', ['build', 'proto', '--output', '-#format=binpb'], { cwd: ROOT });
const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, image));

rmSync(OUTPUT, { recursive: true, force: true });
mkdirSync(OUTPUT);
for (const name of PUBLISHED) {
  const message = registry.getMessage(name);
  if (!message) throw new Error(`proto/ has no message ${name}`);
  writeFileSync(new URL(`${name}.json`, OUTPUT), `${JSON.stringify(toJsonSchema(message), null, 2)}\n`);
}
