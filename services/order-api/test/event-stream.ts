/** Validates server-sent events against the OpenAPI document. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { loadOpenApi } from '../src/docs/router.js';

// biome-ignore lint/suspicious/noExplicitAny: the document is walked by its names
const document = loadOpenApi() as any;
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(document, 'openapi.json');

const POINTER =
  '#/paths/~1orders~1%7Border_id%7D~1events/get/responses/200/content/text~1event-stream/x-item-schema';
const validateItem = ajv.compile({ $ref: `openapi.json${POINTER}` });
const validateData = ajv.compile({ $ref: `openapi.json${POINTER}/properties/data/contentSchema` });

/** Returns what of a stream's events does not fit the document's `x-item-schema`. @throws {SyntaxError} when data is not JSON */
export function faultsOfEvents(text: string): readonly string[] {
  const items = text
    .split('\n\n')
    .filter((block) => block.includes('event: '))
    .map((block) => Object.fromEntries(block.split('\n').map((line) => line.split(/: (.*)/, 2))));
  if (items.length === 0) return ['no events'];
  return items.flatMap((item) => {
    const faults = validateItem(item) ? [] : [ajv.errorsText(validateItem.errors)];
    return validateData(JSON.parse(item.data)) ? faults : [...faults, ajv.errorsText(validateData.errors)];
  });
}
