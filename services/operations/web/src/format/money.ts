/** Amounts for people. The pipeline counts in the minor unit of a currency. */

const formats = new Map<string, Intl.NumberFormat | undefined>();

/** Returns an amount with its currency, such as `$25.00`. An unknown currency leaves the minor units as they are. */
export function formatMoney(minorUnits: bigint | number, currency: string, locale?: string): string {
  const format = formatOf(currency, locale);
  if (!format) return `${minorUnits} ${currency}`.trim();
  const digits = format.resolvedOptions().maximumFractionDigits ?? 0;
  // A decimal string keeps every digit of large amounts.
  return format.format(toDecimal(BigInt(minorUnits), digits) as Intl.StringNumericLiteral);
}

function formatOf(currency: string, locale: string | undefined): Intl.NumberFormat | undefined {
  const key = `${locale} ${currency}`;
  if (!formats.has(key)) formats.set(key, createFormat(currency, locale));
  return formats.get(key);
}

function createFormat(currency: string, locale: string | undefined): Intl.NumberFormat | undefined {
  try {
    return new Intl.NumberFormat(locale, { style: 'currency', currency });
  } catch {
    return undefined;
  }
}

function toDecimal(minorUnits: bigint, digits: number): string {
  const sign = minorUnits < 0n ? '-' : '';
  const text = (minorUnits < 0n ? -minorUnits : minorUnits).toString().padStart(digits + 1, '0');
  if (digits === 0) return `${sign}${text}`;
  return `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}
