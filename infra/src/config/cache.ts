/** The settings of the cache. */
import type { EnvReader, Invalid, Stage } from '@order-pipeline/platform/env';
import { z } from 'zod';

/** Generations of nodes without encryption in transit or at rest, both of which the cache wants. */
const WITHOUT_ENCRYPTION = ['t1', 'm1', 'm2', 'm3', 'c1', 'r3'];

const SIZES = /^(micro|small|medium|large|\d{0,2}xlarge)$/;

/** Reads the type of the cache's nodes. */
export function readCacheNodeType(reader: EnvReader): string | Invalid {
  const schema = z
    .string()
    .superRefine((text, context) => {
      const [, family = '', size = ''] = /^cache\.([a-z]\d[a-z]*)\.([a-z0-9]+)$/.exec(text) ?? [];
      if (!family || !SIZES.test(size)) context.addIssue({ code: 'custom', message: 'not a node type' });
      else if (WITHOUT_ENCRYPTION.includes(family)) {
        context.addIssue({ code: 'custom', message: `of the generation ${family}, which has no encryption` });
      }
    })
    .default('cache.t4g.micro');
  return reader.read('cacheNodeType', schema, 'set a node type such as cache.t4g.micro');
}

/** Reads how many nodes the cache has; in prod one takes over from another. */
export function readCacheNodes(reader: EnvReader, stage: Stage | Invalid): number | Invalid {
  const fewest = stage === 'prod' ? 2 : 1;
  return reader.integer('cacheNodes', fewest, fewest, 6);
}
