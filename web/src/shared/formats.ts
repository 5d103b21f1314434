// The browser's formatters in the page's language, each made once: to make one takes longer than to
// use it a hundred times, and a list has one time and one amount a row.
import { locale } from "./language";

const made = new Map<string, unknown>();

function once<T>(kind: string, options: object, make: (locale: string) => T): T {
  const name = `${kind} ${locale()} ${JSON.stringify(options)}`;
  const known = made.get(name) as T | undefined;
  if (known) return known;
  const one = make(locale());
  made.set(name, one);
  return one;
}

export const dates = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
  once("dates", options, (tag) => new Intl.DateTimeFormat(tag, options));

export const numbers = (options: Intl.NumberFormatOptions): Intl.NumberFormat =>
  once("numbers", options, (tag) => new Intl.NumberFormat(tag, options));
