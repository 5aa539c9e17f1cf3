/** Amounts as people type them. */

/** Returns the digits after the point of a currency, such as 2 for USD and 0 for JPY. */
function minorDigits(currency: string): number {
  try {
    return (
      new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions().maximumFractionDigits ??
      0
    );
  } catch {
    return 0;
  }
}

/** Returns an amount in the minor unit; undefined where the text is no amount of the currency. */
export function parseMoney(text: string, currency: string): bigint | undefined {
  const digits = minorDigits(currency);
  const match = /^(\d{1,12})(?:[.,](\d+))?$/.exec(text.trim());
  if (!match) return undefined;
  const [, whole = '', fraction = ''] = match;
  if (fraction.length > digits) return undefined;
  return BigInt(whole + fraction.padEnd(digits, '0'));
}
