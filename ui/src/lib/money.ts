import type { Money } from "./api/client";

const formats = new Map<string, Intl.NumberFormat>();

function format(locale: string, currency: string): Intl.NumberFormat {
  const key = `${locale} ${currency}`;
  const known = formats.get(key) ?? new Intl.NumberFormat(locale, { style: "currency", currency });
  formats.set(key, known);
  return known;
}

/** An amount in the words of a locale. */
export function formatMoney({ minor, currency }: Money, locale: string): string {
  const numbers = format(locale, currency);
  const digits = numbers.resolvedOptions().maximumFractionDigits ?? 2;
  return numbers.format(minor / 10 ** digits);
}
