// Sentences that servers and cabinets tell in English and keep as they were told (why a person is
// asked, what is wrong with a camera), in the page's language. What is not known stays as it came.
import { language } from "../language";

// A number, product or camera stands where {} does.
type Told<Name extends string> = Record<Name, string>;

export interface Sentences {
  in: (text: string) => string;
  knows: (text: string) => boolean;
  all: readonly string[]; // In English, as they are told.
}

// `parts`: what may stand where {} does and is words itself, English to Spanish.
export function sentencesIn<Name extends string>(
  en: Told<Name>,
  es: Told<Name>,
  parts: Record<string, string> = {},
): Sentences {
  const names = Object.keys(en) as Name[];
  const all = names.map((name) => en[name]);
  const patterns = names.map((name) => ({ name, pattern: patternOf(en[name]) }));

  const whole = (text: string): string | undefined => {
    const part = parts[text];
    if (part) return part;
    for (const { name, pattern } of patterns) {
      const found = pattern.exec(text)?.slice(1);
      if (!found) continue;
      const pieces = es[name].split("{}");
      return pieces.map((piece, at) => piece + within(found[at] ?? "")).join("");
    }
    return undefined;
  };
  const within = (part: string): string => parts[part] ?? part;

  // What stands before a colon is a name: a file, a camera, a server.
  const spanish = (text: string): string | undefined => {
    for (let from = 0; ; ) {
      const found = whole(text.slice(from));
      if (found) return text.slice(0, from) + found;
      const colon = text.indexOf(": ", from);
      if (colon < 0) return undefined;
      from = colon + 2;
    }
  };

  return {
    in: (text) => (language.value === "es" ? (spanish(text) ?? text) : text),
    knows: (text) => language.value === "en" || spanish(text) !== undefined,
    all,
  };
}

const patternOf = (sentence: string): RegExp => {
  const plain = sentence.replace(/[.*+?^$()|[\]\\]/g, "\\$&");
  return new RegExp(`^${plain.replaceAll("{}", "(.+?)")}$`);
};
