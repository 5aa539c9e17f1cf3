/** Recognises card numbers where a token belongs. */

const SEPARATORS = /[\s_.-]/g;

/** ISO/IEC 7812: card numbers in use have 12 to 19 digits. */
const CARD_DIGITS = /(?<!\d)\d{12,19}(?!\d)/g;

/** Returns true when a text holds 12 to 19 digits, separators aside, whose check digit is right (Luhn). */
export function looksLikeCardNumber(text: string): boolean {
  return (text.replace(SEPARATORS, '').match(CARD_DIGITS) ?? []).some(hasCheckDigit);
}

function hasCheckDigit(digits: string): boolean {
  let sum = 0;
  for (let index = 0; index < digits.length; index += 1) {
    const digit = Number(digits[digits.length - 1 - index]);
    const weighted = index % 2 === 0 ? digit : digit * 2;
    sum += weighted > 9 ? weighted - 9 : weighted;
  }
  return sum % 10 === 0;
}
