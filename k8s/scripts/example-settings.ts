/**
 * Writes the example settings of the repository: what the program outputs for an invented account. Run it when the program's
 * output `kubernetes` has changed; a deployment of your own writes `pulumi stack output kubernetes --json` instead.
 */
import { writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { capture } from '../../infra/test/support/capture.ts';
import { EKS_VALUES } from '../../infra/test/support/clusters.ts';

for (const stack of ['dev', 'prod'] as const) {
  const { errors, outputs } = await capture({ stack, config: EKS_VALUES[stack] });
  if (errors.length > 0) throw new Error(errors.join('\n'));
  const path = resolve(import.meta.dirname, `../settings/${stack}.json`);
  writeFileSync(path, `${JSON.stringify(outputs.kubernetes, null, 2)}\n`);
}
