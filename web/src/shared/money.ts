// Money in words: whole minor units of a currency, as the API has it.
import { numbers } from "./formats";

export interface Amount {
  minor: number;
  currency: string;
}

const digitsBy = new Map<string, number>();

// How many digits a currency's minor unit has: 2 for EUR, 0 for JPY, 3 for KWD.
export function digitsOf(currency: string): number {
  let digits = digitsBy.get(currency);
  if (digits === undefined) {
    const format = new Intl.NumberFormat("en", { style: "currency", currency });
    digits = format.resolvedOptions().maximumFractionDigits ?? 2;
    digitsBy.set(currency, digits);
  }
  return digits;
}

export function money(amount: Amount): string {
  const value = amount.minor / 10 ** digitsOf(amount.currency);
  return numbers({ style: "currency", currency: amount.currency }).format(value);
}

const roundFrom = 10000; // Whole units.

// For a figure at a glance: what is large is told without its cents.
export function moneyAtAGlance(amount: Amount): string {
  const value = amount.minor / 10 ** digitsOf(amount.currency);
  if (Math.abs(value) < roundFrom) return money(amount);
  const { currency } = amount;
  return numbers({ style: "currency", currency, maximumFractionDigits: 0 }).format(value);
}

// "2,50", "2.50", "1,234.50" or "1.234,50" typed by a person. Nothing where it is no amount, or
// has more digits than the currency.
export function parseMoney(text: string, currency: string): Amount | undefined {
  const digits = digitsOf(currency);
  const plain = text.replace(/[\s\u00a0\u202f']/g, "");
  const found = /^(-?\d{1,3}(?:[.,]?\d{3})*|-?\d+)(?:[.,](\d*))?$/.exec(plain);
  if (!found) return undefined;
  let whole = (found[1] ?? "").replace(/[.,]/g, "");
  let part = found[2] ?? "";
  // One mark before three digits is a point only where the currency has three.
  if (part.length > digits) {
    if (part.length !== 3) return undefined;
    whole += part;
    part = "";
  }
  const minor = Number(whole) * 10 ** digits + Number(part.padEnd(digits, "0") || 0);
  return Number.isSafeInteger(minor) ? { minor, currency } : undefined;
}

// 1900 hundredths of a percent: "19 %".
export function percent(basisPoints: number): string {
  return numbers({ style: "percent", maximumFractionDigits: 2 }).format(basisPoints / 10000);
}

export function sum(amounts: readonly Amount[], currency: string): Amount {
  return { minor: amounts.reduce((total, one) => total + one.minor, 0), currency };
}
