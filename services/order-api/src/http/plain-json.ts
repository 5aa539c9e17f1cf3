/** Recognizes unambiguous JSON texts in one cheap pass, so that few need the search for flaws. */

const QUOTE = 0x22;
const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;
const UPPER_E = 0x45;
const BACKSLASH = 0x5c;
const LOWER_E = 0x65;
const DOT = 0x2e;

/** Integers of up to so many digits are exact. */
const EXACT_DIGITS = 15;

/** Longest text that is written again: JSON.stringify descends by recursion, and a short text is not deep. */
const REWRITTEN_LENGTH = 4_096;

/** Objects and lists in each other; deeper ones are left to the search. */
const MAX_DEPTH = 8;

/**
 * Returns true for a text without flaws: every key of the text is a key of the value that JSON.parse made of it, and its
 * numbers are short integers. False means that it may have flaws.
 */
export function isPlainJson(text: string, value: object): boolean {
  // Most clients write JSON as JavaScript does. A text that serializes to itself has lost nothing.
  if (text.length <= REWRITTEN_LENGTH && JSON.stringify(value) === text) return true;
  const keys = countKeysOfText(text);
  return keys >= 0 && keys === countKeys(value, MAX_DEPTH);
}

/** Returns the number of keys in a text that JSON.parse accepts; -1 when it holds another number than a short integer. */
function countKeysOfText(text: string): number {
  let keys = 0;
  let digits = 0;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code >= ZERO && code <= NINE) {
      digits += 1;
      if (digits > EXACT_DIGITS) return -1;
      continue;
    }
    // Letters of a number follow a digit; those of true and false do not.
    if (code === DOT || ((code === LOWER_E || code === UPPER_E) && digits > 0)) return -1;
    // Minus zero is written as 0.
    if (code === MINUS) return -1;
    digits = 0;
    if (code === COLON) keys += 1;
    else if (code === QUOTE) at = findEndOfString(text, at);
  }
  return keys;
}

function findEndOfString(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) return at;
    if (code === BACKSLASH) at += 1;
  }
  return text.length;
}

/** Returns the number of keys within a value; NaN, which equals nothing, when it is nested deeper than `depth`. */
function countKeys(value: object, depth: number): number {
  if (depth === 0) return Number.NaN;
  let count = 0;
  const inner = Array.isArray(value) ? value : Object.values(value);
  if (inner !== value) count += inner.length;
  for (const each of inner)
    if (typeof each === 'object' && each !== null) count += countKeys(each, depth - 1);
  return count;
}
