/**
 * The policy pack: `pulumi preview --policy-pack infra/policy` stops what breaks a rule. JavaScript, since Pulumi's
 * loader of policy packs would put an entry in TypeScript through a compiler that knows no ES modules.
 */
import { PolicyPack } from '@pulumi/policy';
import { RULES } from './rules/index.ts';

new PolicyPack('order-pipeline', {
  enforcementLevel: 'mandatory',
  policies: RULES.map(({ name, description, check }) => ({
    name,
    description,
    validateResource: ({ urn, type, name: resource, props, opts }, report) => {
      for (const violation of check({ urn, type, name: resource, inputs: props, protect: opts.protect })) {
        report(violation);
      }
    },
  })),
});
