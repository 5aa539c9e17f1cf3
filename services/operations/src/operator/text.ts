/** Text for people: tables, amounts, ages. What comes from messages is stripped of what would steer a terminal. */

/** One line without control characters, and not longer than `max`. */
export function toLine(text: string, max = Number.POSITIVE_INFINITY): string {
  const line = text.replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return line.length > max ? `${line.slice(0, max - 1)}…` : line;
}

/** Rows under their heads, each column as wide as its widest cell. */
export function toTable(heads: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [heads, ...rows.map((row) => row.map((cell) => toLine(cell)))];
  const widths = heads.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  '));
  return `${lines.map((line) => line.trimEnd()).join('\n')}\n`;
}

/** Labels and values, one pair a line; pairs without a value are left out. */
export function toFields(fields: readonly (readonly [label: string, value: string | undefined])[]): string {
  const shown = fields.filter(([, value]) => value !== undefined && value !== '');
  const width = Math.max(...shown.map(([label]) => label.length));
  return shown.map(([label, value]) => `${label.padEnd(width)}  ${toLine(value ?? '')}\n`).join('');
}

/** An amount in the minor unit of an ISO 4217 currency, such as `25.00 USD`. */
export function toMoney(amount: number, currency: string): string {
  const digits = minorDigits(currency);
  return `${(amount / 10 ** digits).toFixed(digits)} ${currency}`;
}

function minorDigits(currency: string): number {
  try {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency });
    return format.resolvedOptions().maximumFractionDigits ?? 0;
  } catch {
    // No currency code: the number stays as it is.
    return 0;
  }
}

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const;

/** A time span in its largest whole unit, such as `3 min`. */
export function toAge(milliseconds: number): string {
  const [unit, size] = UNITS.find(([, length]) => milliseconds >= length) ?? ['s', 1_000];
  return `${Math.max(0, Math.floor(milliseconds / size))} ${unit}`;
}

/** A count with its noun, such as `1 message` or `2 messages`. */
export function toCount(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
