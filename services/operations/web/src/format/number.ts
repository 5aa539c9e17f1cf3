/** Numbers for people. */

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const oneDigit = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** Returns a whole number with digit groups. */
export function formatCount(count: number | bigint): string {
  return whole.format(count);
}

/** Returns a rate: one decimal below 100. */
export function formatRate(perSecond: number): string {
  return perSecond === 0 || perSecond >= 100 ? whole.format(perSecond) : oneDigit.format(perSecond);
}

/** Returns a count with its noun, such as `1 order` or `2,000 orders`. */
export function withNoun(count: number | bigint, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 || count === 1n ? noun : plural}`;
}
