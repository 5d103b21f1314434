// All words of a page, in its language: `words.value.common.close`.
//
// English is the shape: Spanish that lacks a key, has one too many, or takes other arguments does
// not compile.
import { computed, type ReadonlySignal } from "@preact/signals";
import { language, type Language } from "../language";
import { en } from "./en";
import { es } from "./es";

export type Strings = typeof en;

// For a room that has a pair of files of its own (the console).
export function wordsIn<T>(all: Record<Language, T>): ReadonlySignal<T> {
  return computed(() => all[language.value]);
}

export const words = wordsIn<Strings>({ en, es });
