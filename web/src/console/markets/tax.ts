// "19" or "5,5" percent typed by a person, in hundredths of a percent.
const digits = /^(\d{1,3})(?:[.,](\d{1,2}))?\s*%?$/;

export function parseTax(text: string): number | undefined {
  const found = digits.exec(text.trim());
  if (!found) return undefined;
  const value = Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0"));
  return value <= 10000 ? value : undefined;
}

export const taxText = (basisPoints: number): string => String(basisPoints / 100);
