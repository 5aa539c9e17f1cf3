/** The secrets of a run by their value, besides those that show by their form. */
import { PROVIDER_KEY } from './environment.js';
import type { Post } from './history.js';
import { CARD_NUMBER } from './orders.js';
import { PASSWORD } from './system.js';

/** Secrets that are the same in every run: the last two are those of the local stage. */
const KNOWN: readonly (readonly [string, string])[] = [
  [PASSWORD, 'password'],
  [PROVIDER_KEY, 'Stripe key'],
  [CARD_NUMBER, 'card number'],
  ['well-known-jwt-secret-for-local-use-only', 'JWT secret'],
  ['well-known-url-signing-key-for-local-use-only', 'URL signing key'],
];

/** Returns the secrets by their values: those above, and the signature of every poll URL. */
export function secretsOf(posts: readonly Post[]): Map<string, string> {
  const signatures = posts.flatMap(({ outcome }) => {
    if (outcome.kind === 'refused' || !outcome.poll_url) return [];
    const signature = new URL(outcome.poll_url).searchParams.get('signature');
    return signature ? [[signature, 'signature'] as const] : [];
  });
  return new Map([...KNOWN, ...signatures]);
}
