/** Finds secrets in logs: by their form, and those of this run by their value. Pure. */

/** A secret in a log. */
export interface Leak {
  /** Kind of the secret. */
  readonly secret: string;
  /** The line, with the secret cut out. */
  readonly line: string;
}

/** Secrets by their form. */
const FORMS: Readonly<Record<string, RegExp>> = {
  'access token': /\beyJ[\w-]{10,}\.[\w-]{10,}\.[\w-]{10,}/,
  'bearer header': /\bbearer\s+[\w.~+/-]{16,}/i,
  'signed URL': /[?&]signature=[\w%-]{8,}/,
  'Stripe key': /\b[rs]k_(test|live)_\w+/,
  'signing secret': /\bwhsec_[\w+/=]{8,}/,
  password: /"pass(word|wd)?(_hash)?":"(?!\[redacted\])[^"]+"/i,
  'password hash': /\$argon2[a-z]*\$/,
  'private key': /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  'payment method': /\b(tok|pm|src)_(card_)?[A-Za-z]\w*/,
};

/** Words that can be a known secret. */
const WORD = /[\w-]{12,}/g;

/** Digits of a card number, in groups or not, that are no part of a longer word. */
const CARD_CANDIDATE = /(?<![\w.:-])[3-6]\d{3}(?:[ -]?\d{4}){2}[ -]?\d{2,7}(?![\w.:-])/g;

/** Returns the secrets in the lines. `known`: kinds of secrets by their values, each one word. */
export function findSecrets(
  lines: readonly string[],
  known: ReadonlyMap<string, string> = new Map(),
): Leak[] {
  return lines.flatMap((line) => [
    ...Object.entries(FORMS).flatMap(([secret, form]) =>
      form.test(line) ? [{ secret, line: cut(line.replace(form, '[...]')) }] : [],
    ),
    ...(line.match(WORD) ?? []).flatMap((word) => {
      const secret = known.get(word);
      return secret === undefined ? [] : [{ secret, line: cut(line.replaceAll(word, '[...]')) }];
    }),
    ...(line.match(CARD_CANDIDATE) ?? []).filter(isCardNumber).map((number) => ({
      secret: 'card number',
      line: cut(line.replaceAll(number, '[...]')),
    })),
  ]);
}

const SHOWN_MAX = 300;

function cut(line: string): string {
  return line.length > SHOWN_MAX ? `${line.slice(0, SHOWN_MAX)}...` : line;
}

/** Luhn's check. */
function isCardNumber(text: string): boolean {
  const digits = [...text.replaceAll(/\D/g, '')].map(Number);
  const sum = digits.toReversed().reduce((total, digit, index) => {
    const doubled = index % 2 === 1 ? digit * 2 : digit;
    return total + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return digits.length >= 13 && digits.length <= 19 && sum % 10 === 0;
}
