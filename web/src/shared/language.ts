// The language of a page: what the person chose, else the first of the browser's that we have.
import { effect } from "@preact/signals";
import { stored } from "./stored";

export type Language = "en" | "es";
export const languages: readonly Language[] = ["en", "es"];
export const languageNames: Record<Language, string> = { en: "English", es: "Español" };

export function choose(wanted: readonly string[]): Language {
  for (const one of wanted) {
    const found = languages.find((have) => one.toLowerCase().split("-")[0] === have);
    if (found) return found;
  }
  return "en";
}

const first = choose(navigator.languages);
const isOurs = (one: Language) => languages.includes(one);
export const language = stored<Language>("browser", "language", first, isOurs);

// For Intl: with the region the browser has for this language, so that "en-GB" keeps its dates.
export function locale(): string {
  const now = language.value;
  return navigator.languages.find((one) => one.toLowerCase().split("-")[0] === now) ?? now;
}

effect(() => {
  document.documentElement.lang = language.value;
});
