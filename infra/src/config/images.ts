/** The settings of the images that run. */
import { type EnvReader, orUndefined } from '@order-pipeline/platform/env';
import { z } from 'zod';
import { IMAGE_NAMES } from '../decide/services.ts';
import type { ImagesConfig } from './types.ts';

/** Tags that may name another image tomorrow: a restarted task would run an undeployed version. */
const MOVING_TAGS = ['latest'];

/** Reads which images run. */
export function readImages(reader: EnvReader): ImagesConfig {
  const tagRead = reader.read(
    'imageTag',
    z
      .string()
      .regex(/^\w[\w.-]{0,127}$/, { error: 'not a tag' })
      .refine((name) => !MOVING_TAGS.includes(name.toLowerCase()), {
        error: 'latest, which names another image after every push',
      })
      .optional(),
    'set the tag under which all images were pushed, such as a revision',
  );
  const tag = orUndefined(tagRead);
  const digests = orUndefined(reader.read('imageDigests', digestsSchema.optional(), DIGESTS_REMEDY));
  if (tag && digests) reader.report('imageTag', 'is set beside imageDigests', 'set only one of the two');
  if (digests) return { source: 'digest', digests };
  return tag ? { source: 'tag', tag } : { source: 'build' };
}

const DIGESTS_REMEDY = `set a JSON object with a digest (sha256:…) for each of ${IMAGE_NAMES.join(', ')}`;

const digestsSchema = z
  .string()
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'not JSON' });
      return z.NEVER;
    }
  })
  .pipe(
    z.strictObject(
      Object.fromEntries(
        IMAGE_NAMES.map((name) => [
          name,
          z
            .string({ error: 'without a digest for every image' })
            .regex(/^sha256:[0-9a-f]{64}$/, { error: 'not a digest' }),
        ]),
      ),
      { error: 'not an object of digests' },
    ),
  );
