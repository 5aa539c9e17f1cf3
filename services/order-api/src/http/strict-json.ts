/** Finds values that JSON.parse accepts and silently changes: numbers that no double can hold, and keys that occur twice. */
import jsonc from 'jsonc-parser';

/** A flaw and where it is. */
export interface JsonFlaw {
  /** Path of the value, with dots. */
  readonly path: string;
  readonly detail: string;
}

interface Level {
  /** Keys of an object so far; undefined in an array. */
  readonly keys?: Set<string>;
  /** Key or index of the current value. */
  current: string | number;
  /** True in an object while the next string is a key. */
  atKey: boolean;
}

/** Codes of jsonc-parser's tokens (its SyntaxKind). */
const TOKEN = {
  openBrace: 1,
  closeBrace: 2,
  openBracket: 3,
  closeBracket: 4,
  comma: 5,
  string: 10,
  number: 11,
  end: 17,
};

/**
 * Returns the first `limit` flaws of a text that JSON.parse accepts.
 *
 * @example findJsonFlaws('{"amount":9007199254740993}', 20) // [{ path: 'amount', detail: 'is a number that ...' }]
 */
export function findJsonFlaws(text: string, limit: number): JsonFlaw[] {
  const flaws: JsonFlaw[] = [];
  const levels: Level[] = [];
  const scanner = jsonc.createScanner(text, true);
  const report = (detail: string) =>
    flaws.push({ path: levels.map(({ current }) => current).join('.'), detail });
  for (let token: number = scanner.scan(); token !== TOKEN.end; token = scanner.scan()) {
    const level = levels.at(-1);
    if (token === TOKEN.openBrace) levels.push({ keys: new Set(), current: '', atKey: true });
    else if (token === TOKEN.openBracket) levels.push({ current: 0, atKey: false });
    else if (token === TOKEN.closeBrace || token === TOKEN.closeBracket) levels.pop();
    else if (token === TOKEN.comma && level) advance(level);
    else if (token === TOKEN.string && level?.atKey) {
      level.current = scanner.getTokenValue();
      level.atKey = false;
      if (level.keys?.has(level.current)) report('is given twice');
      level.keys?.add(level.current);
    } else if (token === TOKEN.number && !isExact(scanner.getTokenValue()))
      report('is a number that cannot be represented exactly');
    if (flaws.length >= limit) break;
  }
  return flaws;
}

function advance(level: Level): void {
  if (level.keys) level.atKey = true;
  else level.current = Number(level.current) + 1;
}

/** Integers of up to 15 digits are exact. */
const SHORT_INTEGER = /^-?\d{1,15}$/;

/** Returns true when the number means the same after it was read as a double and written again. */
export function isExact(source: string): boolean {
  if (SHORT_INTEGER.test(source)) return true;
  const value = Number(source);
  return Number.isFinite(value) && toCanonical(source) === toCanonical(String(value));
}

const DECIMAL = /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/;

/** Sign, significant digits and power of ten: equal for two spellings of one number. */
function toCanonical(source: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = DECIMAL.exec(source) ?? [];
  const digits = (whole + fraction).replace(/^0+/, '');
  const significant = digits.replace(/0+$/, '');
  if (significant === '') return '0';
  const power = Number(exponent) - fraction.length + digits.length - significant.length;
  return `${sign}${significant}e${power}`;
}
