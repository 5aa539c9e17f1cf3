/** The one resource of the random provider that the program uses. */
import { randomInt } from 'node:crypto';
import type { Specs } from './spec.ts';

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** Passwords of letters and digits. */
export const RANDOM_SPECS: Specs = {
  'index/randomPassword:RandomPassword': {
    computed: ['result', 'bcryptHash'],
    replace: ['length', 'special', 'keepers'],
    create: async (_cloud, inputs) => ({
      id: 'none',
      computed: {
        result: Array.from({ length: Number(inputs.length) }, () => LETTERS[randomInt(LETTERS.length)]).join(
          '',
        ),
        bcryptHash: '',
      },
    }),
    read: async () => ({}),
    delete: async () => {},
  },
};
